; The installer: for one user, without an administrator's rights. `cargo xtask dist --target windows` calls makensis with
;   VERSION   1.2.3
;   PROGRAMS  the folder with what is installed
;   OUT       the installer to write
;   SIZE      what is installed, in KiB
;
; Silent: /S. Another folder: /D=PATH, last and without quotes. The uninstaller: /S, and /REMOVEDATA to remove the data
; too. Exit codes: 0 done, 2 something could not be written, 3 the program is running.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
; The two programs share most of their code: a window that reaches from one into the other halves what they weigh together. Unpacking
; needs as many megabytes of memory.
SetCompressorDictSize 64
RequestExecutionLevel user
ManifestDPIAware true
ManifestLongPathAware true

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define NAME "Sổ Chỉ Đạo"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\SoChiDao"
!define BUNDLE "SoChiDao.Bundle"
; Where Microsoft's own installer tells which WebView2 is there.
!define WEBVIEW2 "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
!define WEBVIEW2_OFFLINE "MicrosoftEdgeWebView2RuntimeInstallerX64.exe"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\SoChiDao"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"

!define MUI_ICON "..\..\icons\icon.ico"
!define MUI_UNICON "..\..\icons\icon.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\so-chi-dao.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
; The first is taken where Windows speaks neither.
!insertmacro MUI_LANGUAGE "Vietnamese"
!insertmacro MUI_LANGUAGE "English"

LangString BUNDLE_KIND ${LANG_VIETNAMESE} "Gói đồng bộ Sổ Chỉ Đạo"
LangString BUNDLE_KIND ${LANG_ENGLISH} "Sổ Chỉ Đạo bundle"
LangString RUNNING ${LANG_VIETNAMESE} "Sổ Chỉ Đạo đang mở. Hãy đóng chương trình rồi bấm Thử lại. Dữ liệu vẫn còn nguyên."
LangString RUNNING ${LANG_ENGLISH} "Sổ Chỉ Đạo is open. Please close it, then press Retry. The data is untouched."
LangString NO_WEBVIEW2 ${LANG_VIETNAMESE} "Máy này chưa có WebView2 của Microsoft. Sổ Chỉ Đạo vẫn dùng được ngay: chương trình sẽ mở trong trình duyệt (Edge hoặc Chrome) của máy. Muốn có cửa sổ riêng, hãy cài WebView2 khi có mạng, hoặc đặt tệp ${WEBVIEW2_OFFLINE} cạnh bộ cài này rồi cài lại."
LangString NO_WEBVIEW2 ${LANG_ENGLISH} "Microsoft's WebView2 is not on this machine. Sổ Chỉ Đạo works all the same: it opens in the machine's browser (Edge or Chrome). For a window of its own, install WebView2 when there is a network, or put ${WEBVIEW2_OFFLINE} beside this installer and install again."
LangString REMOVE_DATA ${LANG_VIETNAMESE} "Chương trình đã được gỡ. Dữ liệu của bạn (sổ, khoá, bản sao lưu) vẫn còn ở:$\r$\n$\r$\n$LOCALAPPDATA\SoChiDao$\r$\n$\r$\nXoá luôn dữ liệu? Không thể lấy lại. Nếu chưa chắc, hãy chọn Không."
LangString REMOVE_DATA ${LANG_ENGLISH} "The program has been removed. Your data (register, keys, backups) is still in:$\r$\n$\r$\n$LOCALAPPDATA\SoChiDao$\r$\n$\r$\nRemove the data too? It cannot be brought back. If in doubt, choose No."

VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=${LANG_VIETNAMESE} "ProductName" "${NAME}"
VIAddVersionKey /LANG=${LANG_VIETNAMESE} "FileDescription" "Bộ cài ${NAME}"
VIAddVersionKey /LANG=${LANG_VIETNAMESE} "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=${LANG_VIETNAMESE} "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=${LANG_VIETNAMESE} "LegalCopyright" "Apache-2.0"

; A program that runs cannot be written to. Asks to close it; silently it ends.
!macro WaitUntilClosed FILE
  ${Do}
    ClearErrors
    ${IfNot} ${FileExists} "${FILE}"
      ${ExitDo}
    ${EndIf}
    FileOpen $0 "${FILE}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${ExitDo}
    ${EndIf}
    ${If} ${Silent}
      SetErrorLevel 3
      Quit
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" IDRETRY +2
    Quit
  ${Loop}
!macroend

!macro TellTheShell
  ; SHCNE_ASSOCCHANGED: icons and the double-click are looked up anew.
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

Section
  SetShellVarContext current
  !insertmacro WaitUntilClosed "$INSTDIR\so-chi-dao.exe"
  !insertmacro WaitUntilClosed "$INSTDIR\chidao.exe"
  SetOverwrite on
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${PROGRAMS}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    SetErrorLevel 2
    Abort
  ${EndIf}

  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\so-chi-dao.exe"

  WriteRegStr HKCU "Software\Classes\.chidao" "" "${BUNDLE}"
  WriteRegStr HKCU "Software\Classes\.chidao" "Content Type" "application/vnd.so-chi-dao.bundle"
  WriteRegStr HKCU "Software\Classes\${BUNDLE}" "" "$(BUNDLE_KIND)"
  WriteRegStr HKCU "Software\Classes\${BUNDLE}\DefaultIcon" "" "$INSTDIR\bundle.ico"
  WriteRegStr HKCU "Software\Classes\${BUNDLE}\shell\open\command" "" '"$INSTDIR\so-chi-dao.exe" --bundle "%1"'

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\so-chi-dao.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${SIZE}
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  !insertmacro TellTheShell
SectionEnd

; WebView2: from Microsoft's offline installer if somebody put it beside ours; else it is said what happens without.
Section
  SetRegView 64
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW2}" "pv"
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${WEBVIEW2}" "pv"
  ${EndIf}
  ${If} $0 == ""
  ${OrIf} $0 == "0.0.0.0"
    ${If} ${FileExists} "$EXEDIR\${WEBVIEW2_OFFLINE}"
      ExecWait '"$EXEDIR\${WEBVIEW2_OFFLINE}" /silent /install'
    ${Else}
      MessageBox MB_OK|MB_ICONINFORMATION "$(NO_WEBVIEW2)" /SD IDOK
    ${EndIf}
  ${EndIf}
SectionEnd

Section "Uninstall"
  SetShellVarContext current
  !insertmacro WaitUntilClosed "$INSTDIR\so-chi-dao.exe"
  !insertmacro WaitUntilClosed "$INSTDIR\chidao.exe"
  ; Only what was installed: the folder may hold a person's own files.
  Delete "$INSTDIR\so-chi-dao.exe"
  Delete "$INSTDIR\chidao.exe"
  ; What an update set aside while it ran.
  Delete "$INSTDIR\so-chi-dao.exe.old"
  Delete "$INSTDIR\chidao.exe.old"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\bundle.ico"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"

  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\Classes\${BUNDLE}"
  ReadRegStr $0 HKCU "Software\Classes\.chidao" ""
  ${If} $0 == "${BUNDLE}"
    DeleteRegKey HKCU "Software\Classes\.chidao"
  ${EndIf}
  !insertmacro TellTheShell

  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/REMOVEDATA" $1
  ${IfNot} ${Errors}
    RMDir /r "$LOCALAPPDATA\SoChiDao"
  ${ElseIf} ${FileExists} "$LOCALAPPDATA\SoChiDao\*.*"
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(REMOVE_DATA)" /SD IDNO IDNO kept
    RMDir /r "$LOCALAPPDATA\SoChiDao"
    kept:
  ${EndIf}
SectionEnd
