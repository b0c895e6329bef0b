LEVEL: str
