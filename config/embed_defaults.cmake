# Writes OUTPUT, a source that defines config/defaults.hpp from the files of DEFAULTS.
# Run at build time: cmake -DDEFAULTS=<directory> -DOUTPUT=<file> -P embed_defaults.cmake

set(source "#include \"config/defaults.hpp\"\n\nnamespace spillway::config::defaults {\n\n")
foreach(name IN ITEMS spillway models)
  file(READ ${DEFAULTS}/${name}.toml text)
  string(APPEND source
    "const std::string_view ${name}_toml = R\"default_file(${text})default_file\";\n\n")
endforeach()
string(APPEND source "} // namespace spillway::config::defaults\n")
file(WRITE ${OUTPUT} "${source}")
