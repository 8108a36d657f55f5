# The other programs' side: Rscript peers.R abilities|marginal|rasch|tetrachoric FOLDER; reads and writes csv files there.
options(digits = 17, warn = 1)
args <- commandArgs(trailingOnly = TRUE)
folder <- args[2]
read <- function(name, ...) as.matrix(read.csv(file.path(folder, name), header = FALSE, ...))
write <- function(name, data) {
  write.table(data, file.path(folder, name), sep = ",", row.names = FALSE, col.names = FALSE, quote = FALSE)
}

# Written from the textbook formulas, with base R's integrate(), optimize() and uniroot(); D = 1.
read_items <- function() {
  table <- read.csv(file.path(folder, "items.csv"), header = FALSE, stringsAsFactors = FALSE)
  lapply(seq_len(nrow(table)), function(j) {
    b <- as.numeric(table[j, -(1:3)])
    list(model = table[j, 1], a = table[j, 2], c = table[j, 3], b = b[!is.na(b)])
  })
}

probabilities <- function(item, theta) { # length(theta) × categories
  slopes <- outer(theta, item$b, function(t, b) item$a * (t - b))
  if (item$model == "GRM") {
    above <- cbind(1, plogis(slopes), 0)
    above[, -ncol(above), drop = FALSE] - above[, -1, drop = FALSE]
  } else if (item$model == "GPCM") {
    powers <- cbind(0, t(apply(slopes, 1, cumsum)))
    weights <- exp(powers - apply(powers, 1, max))
    weights / rowSums(weights)
  } else {
    right <- item$c + (1 - item$c) * plogis(slopes[, 1])
    cbind(1 - right, right)
  }
}

log_likelihood <- function(items, row, theta) {
  total <- 0
  for (j in seq_along(items)) total <- total + log(probabilities(items[[j]], theta)[, row[j] + 1])
  total
}

information <- function(items, theta) {
  step <- 1e-4
  total <- 0
  for (item in items) {
    slope <- (probabilities(item, theta + step) - probabilities(item, theta - step)) / (2 * step)
    total <- total + rowSums(slope^2 / probabilities(item, theta))
  }
  total
}

highest <- function(f) { # the highest of all local maxima, to about 1e-8
  grid <- seq(-6, 6, by = 0.25)
  at <- grid[which.max(sapply(grid, f))]
  slope <- function(t) (f(t + 1e-4) - f(t - 1e-4)) / 2e-4
  if (at - 0.25 < -6 || at + 0.25 > 6) return(NA)
  uniroot(slope, c(at - 0.25, at + 0.25), tol = 1e-12)$root
}

abilities <- function() { # theta and error of EAP, MAP, MLE
  items <- read_items()
  rows <- read("answers.csv")
  write("abilities.csv", t(apply(rows, 1, function(row) {
    l <- function(t) log_likelihood(items, row, t)
    map <- highest(function(t) l(t) - t^2 / 2)
    mle <- highest(l)
    top <- l(map) - map^2 / 2
    moment <- function(g) {
      integrate(function(t) g(t) * exp(l(t) - t^2 / 2 - top), -10, 10, rel.tol = 1e-11, subdivisions = 2000)$value
    }
    mass <- moment(function(t) 1 + 0 * t)
    eap <- moment(function(t) t) / mass
    c(eap, sqrt(moment(function(t) (t - eap)^2) / mass),
      map, 1 / sqrt(information(items, map) + 1), mle, if (is.na(mle)) NA else 1 / sqrt(information(items, mle)))
  })))
}

marginal <- function() { # log-likelihood of the given parameters, and the steepest slope in any of them
  items <- read_items()
  rows <- read("answers.csv")
  theta <- seq(-6, 6, length.out = 61)
  weights <- dnorm(theta) / sum(dnorm(theta))
  picked <- lapply(seq_along(items), function(j) outer(rows[, j], 0:max(rows), "==") * 1)
  logs <- lapply(items, function(item) log(probabilities(item, theta)))
  part <- function(j, log_p) picked[[j]][, seq_len(ncol(log_p))] %*% t(log_p) # persons × points
  all <- Reduce(`+`, lapply(seq_along(items), function(j) part(j, logs[[j]])))
  total <- function(log_l) {
    top <- apply(log_l, 1, max)
    sum(top + log(exp(log_l - top) %*% weights))
  }
  slopes <- unlist(lapply(seq_along(items), function(j) {
    rest <- all - part(j, logs[[j]])
    start <- c(items[[j]]$a, items[[j]]$b)
    at <- function(parameters) {
      item <- items[[j]]
      item$a <- parameters[1]
      item$b <- parameters[-1]
      total(rest + part(j, log(probabilities(item, theta))))
    }
    sapply(seq_along(start), function(k) {
      step <- replace(0 * start, k, 1e-4)
      (at(start + step) - at(start - step)) / 2e-4
    })
  }))
  write("marginal.csv", c(total(all), max(abs(slopes))))
}

rasch <- function() { # conditional maximum likelihood: centred difficulties, then theta of each raw score
  rows <- read("answers.csv")
  colnames(rows) <- NULL
  erm <- eRm::RM(rows, se = FALSE)
  tools <- psychotools::raschmodel(rows, deriv = "sum", hessian = FALSE, reltol = 1e-14, maxit = 1000)
  difficulty <- as.numeric(coef(psychotools::itempar(tools, vcov = FALSE)))
  write("difficulties.csv", cbind(-as.numeric(erm$betapar), difficulty))
  scores <- seq_len(ncol(rows) - 1)
  erm_persons <- eRm::person.parameter(erm)$pred.list[[1]]
  tools_persons <- psychotools::personpar(tools, vcov = FALSE, tol = 1e-10)
  write("persons.csv", cbind(approx(erm_persons$x, erm_persons$y, scores)$y, as.numeric(tools_persons)[scores]))
}

tetrachoric <- function() { # psych: two-parameter model from a factor of tetrachoric correlations, in the logistic metric
  rows <- read("answers.csv")
  colnames(rows) <- NULL
  found <- psych::irt.fa(rows, plot = FALSE)
  write("tetrachoric.csv", cbind(1.702 * as.numeric(found$irt$discrimination[, 1]), as.numeric(found$irt$difficulty[[1]])))
}

get(args[1])()
