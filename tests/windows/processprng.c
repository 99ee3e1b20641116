/* Older Wine lacks the library from which Rust's standard library takes its random numbers; every Windows from 8 on has
   it. For tests under Wine only: it is never shipped. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID bytes, ULONG count);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
    while (count > 0) {
        ULONG now = count > 1u << 20 ? 1u << 20 : (ULONG)count;
        if (!SystemFunction036(bytes, now)) return FALSE;
        bytes += now;
        count -= now;
    }
    return TRUE;
}
