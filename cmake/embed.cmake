# cmake -DFROM=file -DINTO=file.cpp -DHEADER=... -DNAME=function -P embed.cmake
#
# A text file as a C++ source: NAME, declared in HEADER, gives the text.
file(READ "${FROM}" text)
file(WRITE "${INTO}" "#include \"${HEADER}\"

std::string_view ${NAME}() {
  return R\"embedded(${text})embedded\";
}
")
