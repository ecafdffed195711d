"""Education and the labour market: do graduates work in what they studied, and where do schools lack teachers?"""
