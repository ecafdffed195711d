@echo off
rem Double-click: the page for those who use no terminal. The window stays open while the page is in use.
title Khlang
call "%~dp0khlang.cmd" agency ui %*
if errorlevel 1 pause
