# Medians of what was added under a name; `shown` puts the range in brackets behind.

function median(name,    i, j, n, t, sorted) {
  n = count[name]
  for (i = 1; i <= n; i++) sorted[i] = value[name, i]
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && sorted[j] < sorted[j - 1]; j--) {
      t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
    }
  low = sorted[1]
  high = sorted[n]
  return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}
function add(name, x) { value[name, ++count[name]] = x }
function shown(name, form,    m) {
  m = median(name)
  return sprintf(form " (" form "–" form ")", m, low, high)
}
