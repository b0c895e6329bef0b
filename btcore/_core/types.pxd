# Enumerations and records that several compiled modules and Python share. Nothing here computes.
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint64_t

cpdef enum:
    BLOCK = 2048            # candles per block; a multiple of 64
    ZONE = 64               # candles per zone
    WORD = 64               # candles per word of a bit mask
    LANES = 8               # recursions that step side by side in one operator
    RANK_PERCENT = 4        # added to a RankCode: divided by the number of values

cdef extern from *:
    """
    #include <stdint.h>
    #define BTCORE_LEVEL_LIMIT ((int64_t) 1 << 60)
    """
    int64_t LEVEL_LIMIT "BTCORE_LEVEL_LIMIT"    # |level| in units that no candle can reach

cpdef enum SlotCode:        # what a slot holds: double, bits, int64_t
    NUMBERS, CONDITIONS, TIMES

cpdef enum OpCode:
    OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_NEG, OP_ABS, OP_SQRT, OP_MINIMUM, OP_MAXIMUM, OP_WHERE,
    OP_LT, OP_LE, OP_GT, OP_GE, OP_EQ, OP_NE, OP_AND, OP_OR, OP_NOT,
    OP_CROSSES_ABOVE, OP_CROSSES_BELOW, OP_SHIFT, OP_SHIFT_CONDITION,
    OP_ROLLING_APPLY,
    OP_EWM, OP_TRUE_RANGE, OP_RSI,
    OP_ROLLING_MEDIAN, OP_ROLLING_QUANTILE, OP_ROLLING_RANK,
    OP_ROLLING_SUM, OP_ROLLING_MEAN, OP_ROLLING_VAR, OP_ROLLING_STD, OP_ROLLING_SKEW, OP_ROLLING_KURT,
    OP_ROLLING_WMA, OP_ROLLING_SLOPE, OP_ROLLING_COV, OP_ROLLING_CORR,
    OP_ROLLING_MIN, OP_ROLLING_MAX, OP_ROLLING_ARGMIN, OP_ROLLING_ARGMAX, OP_ROLLING_MAD,
    OP_CUMULATIVE_SUM, OP_CUMULATIVE_SUM_SINCE, OP_OBV, OP_EWM_ADJUSTED, OP_SUPERTREND, OP_SUPERTREND_DIRECTION, OP_PSAR,
    OP_TIME_PART, OP_BETWEEN, OP_NEW_DAY, OP_BUCKET, OP_HOLD, OP_HOLD_CONDITION

cpdef enum QuantileCode:    # which value, where (count - 1) * q is no whole number
    QUANTILE_LINEAR, QUANTILE_LOWER, QUANTILE_HIGHER, QUANTILE_NEAREST, QUANTILE_MIDPOINT
    QUANTILE_MEDIAN         # the mean of the two in the middle, whatever q

cpdef enum RankCode:        # the rank of equal values
    RANK_AVERAGE, RANK_MIN, RANK_MAX

cpdef enum EntryCode:
    MARKET, STOP, LIMIT, STOP_LIMIT, CLOSE

cpdef enum ExitCode:
    SL, SL_GAP, SL_AT_ENTRY, TP, TP_GAP, TP_AT_ENTRY, TRAIL, TRAIL_GAP, SIGNAL, TIME, SESSION, LIQUIDATED, END_OF_DATA

cpdef enum RejectCode:
    NO_NEXT_BAR, IN_POSITION, CONFLICT, NAN_LEVEL, WRONG_SIDE, SIZE_BELOW_MIN, REPLACED, EXPIRED, UNFILLED
    REJECT_REASONS

cpdef enum LevelCode:
    LEVEL_PRICE, LEVEL_STOP, LEVEL_TARGET, LEVEL_TRAIL, LEVEL_STOP_PRICE, LEVEL_TARGET_PRICE, LEVEL_ACTIVATE, LEVEL_BREAKEVEN, LEVEL_SIZE
    LEVEL_LIMIT_PRICE, LEVEL_TRAIL_PRICE
    LEVELS

cpdef enum SizeCode:
    SIZE_UNITS, SIZE_CASH, SIZE_EQUITY, SIZE_RISK, SIZE_VOLATILITY

cpdef enum AmbiguityCode:   # what is booked where a candle leaves several outcomes open (rules X2, X5)
    WORST, BEST, OPEN_NEAREST, OHLC, OLHC

cpdef enum SlipCode:        # models of slippage
    SLIP_FIXED, SLIP_PERCENT, SLIP_RANGE, SLIP_RANDOM

cdef struct Trade:          # one row of result.trades; the NumPy dtype is derived from it
    int64_t parent
    int8_t side
    double size
    int64_t signal_index
    int64_t entry_index
    int64_t entry_time
    double entry_price
    int8_t entry_kind
    double stop_price
    double target_price
    double exit_stop_price
    int64_t exit_index
    int64_t exit_time
    double exit_price
    int8_t exit_reason
    uint8_t ambiguous
    double gross
    double spread_cost
    double slippage_cost
    double commission
    double financing
    double net
    double r_multiple
    double mae
    double mfe
    int64_t bars
