#!/usr/bin/env bash
# Builds Debian's own faiss source with AVX2 and -march=native into a folder outside the repository, because the
# binary package is a generic (SSE) build that no fair race can use.
#
#   bench/vectors/native/build-faiss.sh [FOLDER]      FOLDER: default ~/.cache/shortlist-bench/faiss
#
# Needs a Debian system with apt, dpkg-dev, cmake, g++ and libopenblas-dev. Nothing is installed: the source index is
# kept in FOLDER. About ten minutes on two cores; the bench finds the result there by itself.
set -euo pipefail

cache="${SHORTLIST_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/shortlist-bench}"
folder="$(mkdir -p "${1:-$cache/faiss}" && cd "${1:-$cache/faiss}" && pwd)"
jobs="${JOBS:-$(nproc)}"
. /etc/os-release

mkdir -p "$folder/apt/lists/partial" "$folder/source"
cat > "$folder/apt/source.sources" <<SOURCES
Types: deb-src
URIs: ${DEBIAN_MIRROR:-http://deb.debian.org/debian}
Suites: ${VERSION_CODENAME}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
apt=(apt-get -q -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$folder/apt"
  -o "Dir::State::Lists=$folder/apt/lists" -o "APT::Sandbox::User=")

cd "$folder/source"
if ! ls -d faiss-*/ > /dev/null 2>&1; then
  "${apt[@]}" update
  "${apt[@]}" source faiss
fi
source="$(ls -d "$folder"/source/faiss-*/ | head -1)"

# OpenBLAS by name: cmake's choice would depend on the system's alternatives.
cmake -S "$source" -B "$folder/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$folder/prefix" \
  -DFAISS_OPT_LEVEL=avx2 -DFAISS_ENABLE_GPU=OFF -DFAISS_ENABLE_PYTHON=OFF -DBUILD_TESTING=OFF \
  -DBUILD_SHARED_LIBS=OFF -DBLA_VENDOR=OpenBLAS -DCMAKE_CXX_FLAGS='-march=native' -DCMAKE_CXX_FLAGS_RELEASE='-O3'
nice cmake --build "$folder/build" --target faiss_avx2 -j "$jobs"

mkdir -p "$folder/prefix/lib" "$folder/prefix/include/faiss"
cp "$folder/build/faiss/libfaiss_avx2.a" "$folder/prefix/lib/"
(cd "$source/faiss" && find . -name '*.h' -exec cp --parents {} "$folder/prefix/include/faiss/" \;)
echo "faiss $(basename "$source" | sed 's/faiss-//') with AVX2 is in $folder/prefix"
