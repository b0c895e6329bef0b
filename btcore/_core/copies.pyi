from btcore._core.types import TRADE_DTYPE as TRADE_DTYPE
