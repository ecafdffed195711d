"""Saves a workbook with a password through LibreOffice's own interface: ``python3 password.py WORK OUT``.

Run by ``remake.sh`` with the system's Python, which has the package ``python3-uno``.
"""

import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.connection import NoConnectException


def value(name, what):
    made = PropertyValue()
    made.Name, made.Value = name, what
    return made


work, out = map(Path, sys.argv[1:])
pipe = f"khlang{int(time.time())}"
server = subprocess.Popen(
    ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", f"--accept=pipe,name={pipe};urp;"]
)
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(100):
    try:
        context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        break
    except NoConnectException:
        time.sleep(0.3)
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
source = Path("sources/titled.fods").resolve().as_uri()
for name, form in (("lo_password.xlsx", "Calc MS Excel 2007 XML"), ("lo_password.xls", "MS Excel 97")):
    locked = value("Password", "simulated")
    if name.endswith("x"):
        pair = NamedValue()
        pair.Name, pair.Value = "OOXPassword", "simulated"
        kind = NamedValue()
        kind.Name, kind.Value = "CryptoType", "Standard"
        locked = value("EncryptionData", uno.Any("[]com.sun.star.beans.NamedValue", (pair, kind)))
    document = desktop.loadComponentFromURL(source, "_blank", 0, (value("Hidden", True),))
    document.storeToURL((out / name).as_uri(), (value("FilterName", form), locked))
    document.close(True)
desktop.terminate()
server.wait(timeout=30)
