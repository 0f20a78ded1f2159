#pragma once

#include "config/document.hpp"
#include "core/catalog_update.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace spillway::config {

/// A file of models, as `catalog.files` names them: TOML with nothing but `[models.<name>]`.

/// `news` as such a file, laid over `before`, the text of the file as it was (empty: there was
/// none). Of a changed model only what changed, of an added one everything.
/// Errors: `before` is no TOML or holds something else than models; the message names `source`.
result<std::string> write_catalog_file(const catalog_update::difference& news,
                                       std::string_view before, std::string_view source);

} // namespace spillway::config
