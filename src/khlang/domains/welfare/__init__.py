"""Low-income welfare: are the registrants truly poor, and which poor households hold no registrant?"""
