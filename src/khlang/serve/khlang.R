# What R knows of Khlang, in the lab and in a workspace: sql(), which asks as who sits here, through `khlang sql`.
# Loaded as the user profile of R (khlang.stack.rkernel). Rights, passes and fences are those of that command: neither
# a password nor a pass is ever in R, and neither the query nor its parameters stand on a command line.

local({
  here <- new.env()

  # A parameter as `khlang sql` reads it: its name with its type, its value as text.
  typed <- function(values) {
    if (!length(values)) return(setNames(list(), character()))
    if (is.null(names(values)) || any(names(values) == "")) {
      stop("Give each parameter its name: sql(\"… = :month\", month = \"2026-01\")", call. = FALSE)
    }
    alone <- vapply(values, function(one) length(one) == 1L && !is.na(one), NA)
    if (!all(alone)) stop("A parameter is one value, and not NA: ", names(values)[!alone][1], call. = FALSE)
    kind <- vapply(values, function(one) {
      if (inherits(one, "Date")) ":date" else if (is.logical(one)) ":boolean"
      else if (is.integer(one)) ":integer" else if (is.numeric(one)) ":double" else ""
    }, "")
    text <- lapply(values, function(one) {
      if (is.logical(one)) tolower(as.character(one))
      else if (is.double(one) && !inherits(one, "Date")) format(one, digits = 17)
      else enc2utf8(as.character(one))
    })
    setNames(text, paste0(names(values), kind))
  }

  # A column of the answer by its Trino type; NULL is NA. A number that R cannot hold exactly stays text.
  column <- function(one) {
    values <- if (length(one$values)) unlist(lapply(one$values, function(v) if (is.null(v)) NA else v)) else character()
    type <- sub("\\(.*", "", one$type)
    if (type %in% c("tinyint", "smallint", "integer")) return(as.integer(values))
    if (type %in% c("double", "real", "decimal")) return(as.numeric(values))
    if (type == "boolean") return(as.logical(values))
    if (type == "date") return(as.Date(as.character(values)))
    if (type == "bigint") {
      number <- as.numeric(values)
      return(if (any(abs(number) > 2^53, na.rm = TRUE)) as.character(values) else number)
    }
    if (one$type %in% c("timestamp", "timestamp(3)", "timestamp(6)")) {
      return(as.POSIXct(as.character(values), tz = "UTC", format = "%Y-%m-%d %H:%M:%OS"))
    }
    as.character(values)
  }

  here$sql <- function(query, ...) {
    asked <- tempfile("sql-"); given <- tempfile("given-"); told <- tempfile("told-"); said <- tempfile("said-")
    on.exit(unlink(c(asked, given, told, said)))
    writeLines(enc2utf8(query), asked, useBytes = TRUE)
    writeLines(jsonlite::toJSON(typed(list(...)), auto_unbox = TRUE), given, useBytes = TRUE)
    program <- file.path(Sys.getenv("KHLANG_ROOT"), ".venv", "bin", "khlang")
    # R's own library path would give Python another OpenSSL than its own.
    code <- system2("env", c("-u", "LD_LIBRARY_PATH", shQuote(program), "sql", "--format", "columns", "-f", shQuote(asked),
                             "--parameters", shQuote(given)),
                    stdout = told, stderr = said)
    if (code != 0) {
      text <- paste(readLines(said, encoding = "UTF-8", warn = FALSE), collapse = "\n")
      stop(gsub(basename(asked), "sql()", text, fixed = TRUE), call. = FALSE)
    }
    lines <- readLines(told, encoding = "UTF-8", warn = FALSE)
    if (length(lines) != 1L) stop("sql() asks one query: take a call for each.", call. = FALSE)
    answer <- jsonlite::fromJSON(lines, simplifyVector = FALSE, bigint_as_char = TRUE)
    made <- lapply(answer, column)
    names(made) <- vapply(answer, function(one) one$name, "")
    rows <- if (length(made)) length(made[[1]]) else 0L
    structure(made, class = "data.frame", row.names = .set_row_names(rows))
  }

  attach(here, name = "khlang")
  options(bitmapType = "cairo", repr.plot.family = "Sarabun", repos = NULL, digits = 15, scipen = 15, warning.length = 8000L)
})
