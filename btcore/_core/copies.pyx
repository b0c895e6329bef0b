"""Copies of accounts, and accounts as bytes: what a session keeps of its own before each candle, and saves."""

from libc.stdlib cimport realloc
from libc.string cimport memcpy

import numpy as np

from btcore._core.account cimport Account, Draft, Entry, Ladder, Position
from btcore._core.types cimport Trade

from btcore._core.types import TRADE_DTYPE
from btcore.errors import DataError


cdef void copy_account(Account* to, const Account* origin) noexcept nogil:
    """All of an account but its memory, which `to` keeps as its own and which has room for it."""
    cdef Position* positions = to.positions
    cdef Entry* entries = to.entries
    cdef Draft* drafts = to.drafts
    cdef Ladder* ladders = to.ladders
    cdef Trade* trades = to.trades
    cdef Py_ssize_t capacity = to.trade_capacity
    memcpy(to, origin, sizeof(Account))
    to.positions, to.entries, to.trades, to.trade_capacity = positions, entries, trades, capacity
    to.drafts, to.ladders = drafts, ladders
    if origin.positions != NULL:
        memcpy(positions, origin.positions, origin.held * sizeof(Position))
        memcpy(entries, origin.entries, origin.waiting * sizeof(Entry))
    if origin.drafts != NULL:
        memcpy(drafts, origin.drafts, origin.waiting * sizeof(Draft))
        memcpy(ladders, origin.ladders, origin.held * sizeof(Ladder))


cdef bytes save_account(const Account* account):
    """All of an account but its trades, as bytes without an address in them."""
    cdef Account plain
    memcpy(&plain, account, sizeof(Account))    # padding too: equal accounts have equal bytes
    plain.positions, plain.entries, plain.trades, plain.trade_capacity = NULL, NULL, NULL, 0
    plain.money, plain.ends, plain.curve, plain.lens, plain.replayed = NULL, NULL, NULL, NULL, NULL
    plain.drafts, plain.ladders = NULL, NULL
    return (
        (<const char*> &plain)[:sizeof(Account)]
        + (<const char*> account.positions)[:account.held * sizeof(Position)]
        + (<const char*> account.entries)[:account.waiting * sizeof(Entry)]
        + ((<const char*> account.drafts)[:account.waiting * sizeof(Draft)] if account.drafts != NULL else b"")
        + ((<const char*> account.ladders)[:account.held * sizeof(Ladder)] if account.drafts != NULL else b"")
    )


cdef int load_account(Account* account, bytes saved) except -1:
    """Make an account what it was when it was saved; DataError where the bytes are not of one like it."""
    cdef const char* data = saved
    cdef Account plain
    cdef size_t held = sizeof(Position), waiting = sizeof(Entry)
    if account.drafts != NULL:
        held, waiting = held + sizeof(Ladder), waiting + sizeof(Draft)
    if <size_t> len(saved) < sizeof(Account):
        raise DataError("the state is not that of a session")
    memcpy(&plain, data, sizeof(Account))
    data += sizeof(Account)
    if plain.slots != account.slots or not (0 <= plain.held <= 3 * plain.slots and 0 <= plain.waiting <= plain.slots):
        raise DataError("the state is that of another strategy")
    if <size_t> len(saved) != sizeof(Account) + plain.held * held + plain.waiting * waiting:
        raise DataError("the state is not that of a session")
    plain.money, plain.ends, plain.curve = account.money, account.ends, account.curve
    plain.keep, plain.dated = account.keep, account.dated
    plain.lens, plain.replayed = account.lens, NULL
    copy_account(account, &plain)
    memcpy(account.positions, data, plain.held * sizeof(Position))
    data += plain.held * sizeof(Position)
    memcpy(account.entries, data, plain.waiting * sizeof(Entry))
    if account.drafts != NULL:
        data += plain.waiting * sizeof(Entry)
        memcpy(account.drafts, data, plain.waiting * sizeof(Draft))
        memcpy(account.ladders, data + plain.waiting * sizeof(Draft), plain.held * sizeof(Ladder))
    return 0


cdef int load_trades(Account* account, bytes rows) except -1:
    """Take the trades of a saved account, which has been loaded."""
    cdef Trade* grown
    if <size_t> len(rows) != account.trade_count * sizeof(Trade):
        raise DataError("the state is not that of a session: its trades are incomplete")
    if account.trade_count > account.trade_capacity:
        grown = <Trade*> realloc(account.trades, len(rows))
        if grown == NULL:
            raise MemoryError("the trades of a session do not fit in memory")
        account.trades, account.trade_capacity = grown, account.trade_count
    if account.trade_count:
        memcpy(account.trades, <const char*> rows, len(rows))
    return 0


cdef bytes trade_bytes(const Account* account):
    return (<const char*> account.trades)[:account.trade_count * sizeof(Trade)] if account.trade_count else b""


cdef object rows_of(const Account* account):
    """Copies of the trades, a structured array of TRADE_DTYPE."""
    return np.frombuffer(bytearray(trade_bytes(account)), dtype=TRADE_DTYPE)
