# The tables of bench/search and bench/cluster: medians of the rounds, in brackets the range. With
# median.awk; `second` is what the second column is of.
#
#   load  adverts or nodes  requests/s  p50 ms  p99 ms  µs CPU a request  failed

BEGIN {
  FS = "\t"
  print "| load | " second " | requests/s | p50, ms | p99, ms | CPU, µs | failed |"
  print "| --- | --- | --- | --- | --- | --- | --- |"
}
{
  row = $1 " | " $2
  if (!(row in failed)) rows[++n] = row
  failed[row] += $7
  for (i = 3; i <= 6; i++) add(row i, $i)
}
END {
  for (i = 1; i <= n; i++)
    printf "| %s | %s | %s | %s | %s | %d |\n", rows[i], shown(rows[i] 3, "%.0f"),
      shown(rows[i] 4, "%.2f"), shown(rows[i] 5, "%.2f"), shown(rows[i] 6, "%.0f"), failed[rows[i]]
}
