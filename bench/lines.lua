-- For wrk's scripts: the lines of the file that an environment variable names.
return function(variable)
  local all = {}
  for line in io.lines(os.getenv(variable)) do all[#all + 1] = line end
  return all
end
