"""Asking memory for what will be needed soon: a search waits for memory most of its time."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _fetch_ahead(_context: Any, array: Any, place: Any) -> Any:
    signature = types.void(array, place)

    def generate(context: Any, builder: Any, signature: Any, told: Any) -> Any:
        kind = signature.args[0]
        held = context.make_array(kind)(context, builder, told[0])
        zero = context.get_constant(types.intp, 0)
        places = [told[1]] + [zero] * (kind.ndim - 1)
        pointer = cgutils.get_item_pointer(context, builder, kind, held, places, wraparound=False)
        byte = ir.IntType(8).as_pointer()
        flag = ir.IntType(32)
        sort = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        called = cgutils.get_or_insert_function(builder.module, sort, "llvm.prefetch.p0")
        builder.call(called, [builder.bitcast(pointer, byte), flag(0), flag(3), flag(1)])
        return context.get_dummy_value()

    return signature, generate


fetch_ahead: Any = intrinsic(_fetch_ahead)
"""`fetch_ahead(array, place)`: have the cache line of `array[place]`, or of its row's first value, fetched; nothing else happens."""
