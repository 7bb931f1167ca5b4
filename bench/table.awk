# The table of bench/run out of its lines of figures: medians of the rounds, in brackets the range.
# Ratios are made within a round, so that what disturbs both sides of it cancels out. With median.awk.
#
#   http    GET|POST  sqlite|postgres|constant  requests/s  p50 ms  p99 ms  µs CPU a request
#   sqlite|postgres   group  ours/s      by hand/s
#   idle    what      count              RSS bytes   allocated bytes
#   sizeof  type      bytes

function ratio_of(name, figure, a, b,    i) {
  for (i = 1; i <= count[a]; i++) add(name, value[a, i] / value[b, i])
  return sprintf("| %s | %s | %s | %s |\n", figure, shown(name, "%.2f"), shown(a, form),
                 shown(b, form))
}

BEGIN { FS = "\t"; split("requests/s|p50, ms|p99, ms|CPU a request, µs", figures, "|") }
$1 == "http" { for (i = 1; i <= 4; i++) add($2 $3 i, $(3 + i)); methods[$2] }
$1 == "sqlite" || $1 == "postgres" {
  add("ours" $1 $2, $3)
  add("raw" $1 $2, $4)
  if (!(($1 $2) in seen)) { seen[$1 $2]; journals[++g] = $1; groups[g] = $2 }
}
$1 == "idle" { idle[$2] = $4; heap[$2] = $5; actors = $3 }
$1 == "sizeof" { sizes = sizes (sizes ? ", " : "") $2 " " $3 }

END {
  print "| what | ratio | RentWave | beside it |\n| --- | --- | --- | --- |"
  split("GET POST", order, " ")
  split("sqlite postgres", sides, " ")
  for (m = 1; m <= 2; m++)
    for (s = 1; s <= 2; s++)
      for (i = 1; i <= 4; i++) {
        form = i == 1 || i == 4 ? "%.0f" : "%.1f"
        if (order[m] in methods)
          printf "%s", ratio_of("r" m s i, sides[s] ": " order[m] " " figures[i],
                                order[m] sides[s] i, order[m] "constant" i)
      }
  form = "%.0f"
  for (i = 1; i <= g; i++)
    printf "%s", ratio_of("j" i, journals[i] ": appends/s, groups of " groups[i],
                          "ours" journals[i] groups[i], "raw" journals[i] groups[i])
  if (actors) {
    printf "| bytes of an idle actor, RSS | %.1f | %d | %d |\n", idle["rental"] / idle["plain"],
      idle["rental"], idle["plain"]
    printf "| the same, by malloc | %.1f | %d | %d |\n", heap["rental"] / heap["plain"],
      heap["rental"], heap["plain"]
  }
  if (sizes) print "\nsizeof: " sizes
}
