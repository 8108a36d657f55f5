# What R packages need for a Rasch test and its persons, with standard errors: Rscript rasch.R ANSWERS.csv prints a line
# of JSON each, CPU time of the call alone.
rows <- as.matrix(read.csv(commandArgs(trailingOnly = TRUE)[1], header = FALSE))
colnames(rows) <- NULL
spent <- function(what, name, call) {
  used <- system.time(call)
  cat(sprintf("{\"what\": \"%s\", \"name\": \"%s\", \"cpu_s\": %.3f}\n", what, name, used[["user.self"]] + used[["sys.self"]]))
}
suppressPackageStartupMessages({ library(eRm); library(psychotools) })
spent("calibration", "psychotools raschmodel", psychotools::raschmodel(rows))
spent("calibration", "eRm RM", fitted <- eRm::RM(rows))
spent("abilities", "eRm person.parameter", eRm::person.parameter(fitted))
