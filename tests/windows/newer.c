/* A newer program, for the tests of updates under Wine. It tells a version of its own. Built with REAL, a path, it is otherwise
   the program there, as that version; without it, it spoils the data that it is given and fails, as a faulty one might. */

#include <stdio.h>
#include <wchar.h>
#include <windows.h>

#define WIDE_(text) L##text
#define WIDE(text) WIDE_(text)

#ifdef REAL
static int work(int count, wchar_t **words) {
    /* The words go on as they came: nothing is quoted anew. */
    const wchar_t *rest = GetCommandLineW();
    int quoted = 0;
    wchar_t *line;
    size_t room;
    STARTUPINFOW start = { .cb = sizeof start };
    PROCESS_INFORMATION process;
    DWORD code = 1;

    (void)count, (void)words;
    while (*rest != 0 && (quoted || *rest != L' ')) quoted ^= *rest++ == L'"';
    room = wcslen(rest) + wcslen(WIDE(REAL)) + 4;
    line = malloc(room * sizeof *line);
    if (line == NULL) return 1;
    swprintf(line, room, L"\"%ls\"%ls", WIDE(REAL), rest);
    SetEnvironmentVariableW(L"CHIDAO_AS_VERSION", WIDE(VERSION));
    if (!CreateProcessW(WIDE(REAL), line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process)) return 1;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}
#else
static int work(int count, wchar_t **words) {
    /* --home FOLDER comes first. */
    wchar_t path[4096];
    FILE *file;

    if (count < 3) return 3;
    swprintf(path, 4096, L"%ls\\ledger.db", words[2]);
    file = _wfopen(path, L"wb");
    if (file != NULL) {
        fputs("hong", file);
        fclose(file);
    }
    return 3;
}
#endif

int wmain(int count, wchar_t **words) {
    if (count > 1 && wcscmp(words[1], L"--version") == 0) {
        puts("chidao " VERSION);
        return 0;
    }
    return work(count, words);
}
