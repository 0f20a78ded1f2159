# Writes OUTPUT, a source that defines config/defaults.hpp from the files of DEFAULTS.
# Run at build time: cmake -DDEFAULTS=<directory> -DOUTPUT=<file> -P embed_defaults.cmake

set(source "#include \"config/defaults.hpp\"\n\nnamespace spillway::config::defaults {\n\n")
file(READ ${DEFAULTS}/spillway.toml text)
string(APPEND source
  "const std::string_view spillway_toml = R\"default_file(${text})default_file\";\n\n")
file(GLOB files ${DEFAULTS}/models/*.toml)
set(list "")
foreach(path IN LISTS files)
  cmake_path(GET path STEM provider)
  file(READ ${path} text)
  # Compilers bound a literal's length; pieces of one literal they do not.
  string(LENGTH "${text}" length)
  set(pieces "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 15000 piece)
    string(APPEND pieces "R\"default_file(${piece})default_file\"\n")
    math(EXPR at "${at} + 15000")
  endwhile()
  string(APPEND source "static constexpr char ${provider}_toml[] = ${pieces};\n\n")
  string(APPEND list "  {\"${provider}\", {${provider}_toml, sizeof ${provider}_toml - 1}},\n")
endforeach()
string(APPEND source
  "static constexpr model_file files[] = {\n${list}};\n\n"
  "const std::span<const model_file> model_files{files};\n\n"
  "} // namespace spillway::config::defaults\n")
file(WRITE ${OUTPUT} "${source}")
