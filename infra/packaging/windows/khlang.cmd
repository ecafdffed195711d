@echo off
rem Runs khlang with the Python of this folder. UTF-8 for the time of the command, then the code page as it was.
setlocal
for /f "tokens=2 delims=:" %%p in ('chcp') do set "KHLANG_CODEPAGE=%%p"
chcp 65001 >nul
if not exist "%~dp0python\python.exe" (
  echo python\python.exe is missing: see the README in this folder.
  exit /b 10
)
"%~dp0python\python.exe" -X utf8 -m khlang %*
set "KHLANG_EXIT=%ERRORLEVEL%"
chcp %KHLANG_CODEPAGE: =% >nul
exit /b %KHLANG_EXIT%
