# Sourced by quickstart and run-tests from the project's top folder: what a machine needs, and how it
# gets there.

build_packages='autoconf automake libtool pkg-config make gcc libc6-dev flex bison
    libcjson-dev libyaml-dev libpcre2-dev libcurl4-openssl-dev libssl-dev libexpat1-dev
    libsqlite3-dev libmicrohttpd-dev libreadline-dev libcunit1-dev'
test_packages='clang python3 python3-venv vim dpkg-dev fakeroot xz-utils'
editor_packages='nodejs npm'
fuzz_packages=libclang-rt-dev

as_root () {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "This needs root or sudo: $*" >&2
        return 1
    fi
}

missing_packages () {
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
    done
}

# Installs what is missing of some packages; where there is no apt-get, says what is needed.
need_packages () {
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "This system has no apt-get. Needed are, by their names on Debian and Ubuntu:"
        echo $*
        return 0
    fi
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return 0
    echo "installing" $missing
    as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# The first make jobs a machine can take: one a processor.
jobs=$(nproc 2>/dev/null || echo 2)

make_configure () {
    if [ ! -x configure ] || [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ] ||
        [ -n "$(find . -name local.mk -newer Makefile.in -not -path './build*' 2>/dev/null)" ]; then
        autoreconf -i >autoreconf.log 2>&1 || { cat autoreconf.log; return 1; }
        rm -f autoreconf.log
    fi
}

# configured FOLDER ARGUMENT...: a build folder with these arguments of configure.
configured () {
    folder=$1
    shift
    mkdir -p "$folder"
    if [ ! -f "$folder/Makefile" ] || [ "$(cat "$folder/arguments" 2>/dev/null)" != "$*" ]; then
        (cd "$folder" && "$top/configure" -q "$@") || return 1
        echo "$*" >"$folder/arguments"
    fi
}
