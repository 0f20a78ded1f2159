// A precompiled header needs a target, and a target a source.
#include <catch2/catch.hpp>
