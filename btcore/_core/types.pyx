"""Enumerations and records shared by the compiled modules and Python; the C definitions are in ``types.pxd``."""

from enum import IntEnum

import numpy as np


def _int_enum(str name, object codes, str doc, int dropped=0):
    members = {key: int(value) for key, value in codes.__members__.items()}
    kept = list(members.items())[:len(members) - dropped]
    # numbers, not flags: a reason is one of these and never a sum of two
    made = IntEnum(name, kept, module=__name__)
    made.__doc__ = doc
    return made


def _by_name(object codes, str prefix, int dropped=0):
    members = list(codes.__members__.items())
    return {name.removeprefix(prefix).lower(): int(code) for name, code in members[:len(members) - dropped]}


EntryKind = _int_enum("EntryKind", EntryCode, "Kind of the order that opened a trade (``entry_kind``).")
ExitReason = _int_enum("ExitReason", ExitCode, "Why a trade ended (``exit_reason``); see the fill rules X1 to X8.")
RejectReason = _int_enum("RejectReason", RejectCode, "Why an order was never filled (rule D9).", 1)
AmbiguityMode = _int_enum("AmbiguityMode", AmbiguityCode, "What is booked where a candle leaves outcomes open (rule X2).")
Level = _int_enum("Level", LevelCode, "Columns of the table of explicit orders.", 1)
SizeKind = _int_enum("SizeKind", SizeCode, "How the number in an order's size is meant (rule S4).")
SlipKind = _int_enum("SlipKind", SlipCode, "Models of slippage (rule S1).")
SlotKind = _int_enum("SlotKind", SlotCode, "What a slot holds for each candle of a block.")
OPCODES = _by_name(OpCode, "OP_")
INTERPOLATIONS = _by_name(QuantileCode, "QUANTILE_", 1)
RANK_METHODS = _by_name(RankCode, "RANK_")


def _trade_dtype():
    cdef Trade[1] row
    derived = np.asarray(<Trade[:1]> &row[0]).dtype
    formats = {name: derived.fields[name][0] for name in derived.names}
    formats["ambiguous"] = np.dtype(bool)
    return np.dtype({
        "names": list(derived.names),
        "formats": list(formats.values()),
        "offsets": [derived.fields[name][1] for name in derived.names],
        "itemsize": derived.itemsize,
    })


TRADE_DTYPE = _trade_dtype()
