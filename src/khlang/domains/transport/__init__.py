"""Tourism and transport: late buses, congested towns, and who comes by air (pilot 4)."""
