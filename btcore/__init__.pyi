# The public names as type checkers and editors see them; at run time `__init__.py` loads each when it is first used.

from btcore.candles import Candles as Candles
from btcore.candles import Instrument as Instrument
from btcore.costs import Commission as Commission
from btcore.costs import Costs as Costs
from btcore.data import read_candles as read_candles
from btcore.data import synthetic_candles as synthetic_candles
from btcore.errors import BtcoreError as BtcoreError
from btcore.errors import DataError as DataError
from btcore.errors import ExpressionError as ExpressionError
from btcore.errors import ParameterError as ParameterError
from btcore.errors import StrategyError as StrategyError
from btcore.expr import Expr as Expr
from btcore.expr import close as close
from btcore.expr import high as high
from btcore.expr import low as low
from btcore.expr import percent as percent
from btcore.expr import volume as volume
from btcore.indicators import atr as atr
from btcore.indicators import crosses_above as crosses_above
from btcore.indicators import crosses_below as crosses_below
from btcore.indicators import donchian as donchian
from btcore.indicators import ema as ema
from btcore.indicators import maximum as maximum
from btcore.indicators import minimum as minimum
from btcore.indicators import rma as rma
from btcore.indicators import rolling_apply as rolling_apply
from btcore.indicators import rolling_max as rolling_max
from btcore.indicators import rolling_mean as rolling_mean
from btcore.indicators import rolling_min as rolling_min
from btcore.indicators import rolling_std as rolling_std
from btcore.indicators import rolling_sum as rolling_sum
from btcore.indicators import rolling_var as rolling_var
from btcore.indicators import rsi as rsi
from btcore.indicators import sma as sma
from btcore.indicators import true_range as true_range
from btcore.indicators import where as where
from btcore.indicators import zscore as zscore
from btcore.live import Stream as Stream
from btcore.results import EntryKind as EntryKind
from btcore.results import ExitReason as ExitReason
from btcore.results import RejectReason as RejectReason
from btcore.results import Result as Result
from btcore.results import Trades as Trades
from btcore.rules import RULES_VERSION as RULES_VERSION
from btcore.rules import Rules as Rules
from btcore.simulation import simulate as simulate
from btcore.sizes import FixedCash as FixedCash
from btcore.sizes import PercentEquity as PercentEquity
from btcore.sizes import RiskPercent as RiskPercent
from btcore.strategy import Exit as Exit
from btcore.strategy import Order as Order
from btcore.strategy import Strategy as Strategy

__version__: str
open: Expr
