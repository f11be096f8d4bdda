#!/bin/sh
# Installs what building Earshot needs and prepares .deps/, the folder that
# tells cgo where libwhisper and libparakeet are. Nothing is done twice: with everything in
# place it takes a fraction of a second and needs no root.
#
#   packaging/setup.sh           what `make build`, `make run` and `make test` need
#   packaging/setup.sh e2e       also the virtual screen and microphone of `make e2e`,
#                                and the clients that the API is tried with
#   packaging/setup.sh bench     also that screen, and whisper-cli to measure against
#
# Environment: EARSHOT_DEBIAN_MIRROR  Debian mirror for the private runtime
#              (default: the one that this machine's apt uses).
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
deps="$top/.deps"
# It may be a link to another checkout's: what is written there names the real place.
if [ -d "$deps" ]; then deps=$(cd "$deps" && pwd -P); fi
want=${1:-build}

say() { printf 'setup: %s\n' "$*" >&2; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
pc() { have pkg-config && pkg-config --exists "$@" 2>/dev/null; }

# A machine is known by its package manager: one column of the table below.
manager() {
    if [ "$(uname -s)" = Darwin ]; then have brew && echo brew || die "Homebrew is needed: see brew.sh"
    elif have apt-get; then echo apt
    elif have dnf; then echo dnf
    elif have pacman; then echo pacman
    else echo none
    fi
}

# need TEST.. : APT DNF PACMAN BREW   adds the manager's package names to
# $missing unless TEST succeeds. "-" means that the system brings it.
missing=
need() {
    check=$1; shift
    if sh -c "$check" >/dev/null 2>&1; then return; fi
    case $pm in apt) name=$1 ;; dnf) name=$2 ;; pacman) name=$3 ;; brew) name=$4 ;; *) name=$1 ;; esac
    [ "$name" = - ] || missing="$missing $name"
}
needpc() { need "pkg-config --exists $1" "$2" "$3" "$4" "$5"; }
needcmd() { need "command -v $1" "$2" "$3" "$4" "$5"; }

packages() {
    #        what                       apt                dnf                      pacman          brew
    needcmd gcc                         gcc                gcc                      gcc             -
    need "echo '#include <stdlib.h>' | cc -E -" libc6-dev  glibc-devel              glibc           -
    needcmd pkg-config                  pkg-config         pkgconf-pkg-config       pkgconf         pkgconf
    needcmd ffmpeg                      ffmpeg             ffmpeg-free              ffmpeg          ffmpeg
    needcmd ffprobe                     ffmpeg             ffmpeg-free              ffmpeg          ffmpeg
    needpc portaudio-2.0                portaudio19-dev    portaudio-devel          portaudio       portaudio
    if [ "$pm" != brew ]; then
        needpc gl                       libgl1-mesa-dev    mesa-libGL-devel         libglvnd        -
        needpc x11                      libx11-dev         libX11-devel             libx11          -
        needpc xcursor                  libxcursor-dev     libXcursor-devel         libxcursor      -
        needpc xrandr                   libxrandr-dev      libXrandr-devel          libxrandr       -
        needpc xinerama                 libxinerama-dev    libXinerama-devel        libxinerama     -
        needpc xi                       libxi-dev          libXi-devel              libxi           -
        needpc xxf86vm                  libxxf86vm-dev     libXxf86vm-devel         libxxf86vm      -
        needpc wayland-client           libwayland-dev     wayland-devel            wayland         -
        needpc xkbcommon                libxkbcommon-dev   libxkbcommon-devel       libxkbcommon    -
        needpc gtk+-3.0                 libgtk-3-dev       gtk3-devel               gtk3            -
    fi
    if [ "$want" != build ]; then
        needcmd Xvfb                    xvfb               xorg-x11-server-Xvfb     xorg-server-xvfb -
        needcmd xdotool                 xdotool            xdotool                  xdotool         -
        needcmd openbox                 openbox            openbox                  openbox         -
        needcmd xclip                   xclip              xclip                    xclip           -
        needcmd xdpyinfo                x11-utils          xdpyinfo                 xorg-xdpyinfo   -
        needcmd pulseaudio              pulseaudio         pulseaudio               pulseaudio      -
        needcmd pactl                   pulseaudio-utils   pulseaudio-utils         libpulse        -
        # PipeWire in PulseAudio's place conflicts with it but on Debian.
        needcmd dbus-daemon             dbus-daemon        dbus-daemon              dbus            -
        needcmd pipewire                pipewire           -                        -               -
        needcmd wireplumber             wireplumber        -                        -               -
        needcmd pipewire-pulse          pipewire-pulse     -                        -               -
        need "ls /usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so /usr/lib*/alsa-lib/libasound_module_pcm_pulse.so 2>/dev/null | grep ." \
                                        libasound2-plugins alsa-plugins-pulseaudio  alsa-plugins    -
        needcmd curl                    curl               curl                     curl            curl
        needcmd node                    nodejs             nodejs                   nodejs          node
        needcmd npm                     npm                npm                      npm             node
        need "/usr/bin/python3 -c 'import requests'" \
                                        python3-requests   python3-requests         python-requests -
        need "/usr/bin/python3 -c 'import websocket'" \
                                        python3-websocket  python3-websocket-client python-websocket-client -
        needcmd import                  imagemagick        ImageMagick              imagemagick     -
        need "/usr/bin/python3 -c 'import gi; gi.require_version(\"Gtk\", \"3.0\")'" \
                                        "python3-gi gir1.2-gtk-3.0" python3-gobject python-gobject -
        need "ls /usr/lib/*/dri/swrast_dri.so /usr/lib*/dri/swrast_dri.so 2>/dev/null | grep ." \
                                        libgl1-mesa-dri    mesa-dri-drivers         mesa            -
        need "ls /usr/share/vulkan/icd.d/lvp_icd*.json" \
                                        mesa-vulkan-drivers mesa-vulkan-drivers     vulkan-swrast   -
    fi
}

# What whisper.cpp installs since 1.9. A package that leaves libparakeet out is
# as good as none.
native="whisper parakeet"

# The closure of the distribution's own libwhisper, where it has one.
system_whisper() {
    case $pm in
        brew) needpc "$native" - - - whisper-cpp ;;
        dnf) needpc "$native" - whisper-cpp-devel - - ;;
        pacman) needpc "$native" - - whisper.cpp - ;;
    esac
}

# whisper.cpp's own programs. Where libwhisper is in a private prefix, so are
# they: see private_tools.
system_tools() { needcmd whisper-cli - whisper-cpp whisper.cpp whisper-cpp; }

install_missing() {
    missing=$(printf '%s\n' $missing | awk 'NF && !seen[$0]++' | tr '\n' ' ' | sed 's/ $//')
    [ -n "$missing" ] || return 0
    case $pm in
        apt) cmd="apt-get install -y -q --no-install-recommends $missing" ;;
        dnf) cmd="dnf install -y $missing" ;;
        pacman) cmd="pacman -S --needed --noconfirm $missing" ;;
        brew) cmd="brew install $missing" ;;
        *) die "no known package manager here; please install what Debian calls: $missing" ;;
    esac
    as=
    if [ "$pm" != brew ] && [ "$(id -u)" != 0 ]; then
        have sudo || die "these packages are missing and installing them needs root: $missing
       as root, run: $cmd"
        as="sudo "
    fi
    say "missing packages: $missing"
    say "installing them with: $as$cmd"
    if [ "$pm" = apt ]; then
        $as apt-get update -q || say "apt-get update failed; trying with the lists that are here"
        ${as:+sudo} env DEBIAN_FRONTEND=noninteractive $cmd
    else
        $as$cmd
    fi
}

# accept VERSION: 1.9 <= VERSION < 2, the range whose header we compile against.
accept() {
    case $1 in
        1.9 | 1.9.* | 1.[1-9][0-9] | 1.[1-9][0-9].*) return 0 ;;
        *) return 1 ;;
    esac
}

# write_pc CFLAGS LIBS BACKENDS VERSION publishes what was found to cgo.
# libggml-cpu.a is empty: the upstream Go binding names it on its link line,
# but where backends are plug-ins there is no such library.
write_pc() {
    mkdir -p "$deps/pkgconfig" "$deps/link"
    [ -e "$deps/link/libggml-cpu.a" ] || ar rcs "$deps/link/libggml-cpu.a"
    {
        printf 'Name: earshot-whisper\nDescription: libwhisper and libparakeet as Earshot links them\nVersion: %s\n' "$4"
        printf 'Cflags: %s\n' "$1"
        printf 'Libs: -L%s %s\n' "$(quote "$deps/link")" "$2"
    } >"$deps/pkgconfig/earshot-whisper.pc.new"
    if ! cmp -s "$deps/pkgconfig/earshot-whisper.pc.new" "$deps/pkgconfig/earshot-whisper.pc"; then
        mv "$deps/pkgconfig/earshot-whisper.pc.new" "$deps/pkgconfig/earshot-whisper.pc"
    else
        rm "$deps/pkgconfig/earshot-whisper.pc.new"
    fi
    printf '%s\n' "$3" >"$deps/backends"
}

# quote escapes blanks for a .pc file.
quote() { printf '%s' "$1" | sed 's/ /\\ /g'; }

use_system() {
    v=$(pkg-config --modversion whisper)
    accept "$v" || return 1
    # Where ggml's backends are plug-ins they lie beside libggml; the loader
    # finds them by itself when the list is empty.
    write_pc "$(pkg-config --cflags $native)" "$(pkg-config --libs $native)" "" "$v"
    rm -rf "$deps/include"
    say "using the system's libwhisper $v"
}

# The private prefix: Debian testing's libwhisper with its own C library and
# loader, unpacked under .deps/root. apt checks the signatures; its state is
# private too, so that the machine's own packages are never touched.
private_prefix() {
    have apt-get && have dpkg || die "no whisper.cpp 1.9 here: install your distribution's package of it (with the pkg-config files whisper and parakeet), then try again"
    arch=$(dpkg --print-architecture)
    case $arch in
        amd64) triple=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
        arm64) triple=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
        *) die "no libwhisper package for $arch: build whisper.cpp 1.9 or later and make it known to pkg-config" ;;
    esac
    root="$deps/root"
    lib="$root/usr/lib/$triple"
    if [ ! -e "$deps/complete" ]; then
        fetch_prefix "$root" "libwhisper and its runtime (about 12 MB)" libwhisper-dev libggml0-backend-vulkan
        : >"$deps/complete"
    fi
    v=$(PKG_CONFIG_PATH="$lib/pkgconfig" pkg-config --modversion whisper)
    accept "$v" || die "Debian testing now brings libwhisper $v; this Earshot needs 1.9 or later, below 2"
    q=$(quote "$lib")
    write_pc "-I$(quote "$root")/usr/include" \
        "-L$q -lwhisper -lparakeet -lggml -lggml-base -Wl,--allow-shlib-undefined -Wl,--disable-new-dtags -Wl,-rpath,$q -Wl,--dynamic-linker=$q/$loader" \
        "$lib/ggml/backends0" "$v"
    [ -e "$deps/include" ] || ln -s root/usr/include "$deps/include"
}

# whisper.cpp's programs, from the same packages. Theirs is a prefix of its own:
# their closure is fifteen times that of the library.
private_tools() {
    [ ! -e "$deps/tools/complete" ] || return 0
    fetch_prefix "$deps/tools" "whisper.cpp's programs, to measure against (about 134 MB)" whisper.cpp-tools
    : >"$deps/tools/complete"
}

# The libraries of others that the API is tried with.
npm_clients() {
    clients="openai@7.57.0 ws@8.23.0"
    [ "$(cat "$deps/npm/complete" 2>/dev/null)" != "$clients" ] || return 0
    say "fetching $clients from npm into .deps"
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$deps/npm" $clients >&2
    printf '%s\n' "$clients" >"$deps/npm/complete"
}

# fetch_prefix PREFIX WHAT PACKAGE.. unpacks packages of Debian testing and all
# that they need into the folder PREFIX.
fetch_prefix() {
    prefix=$1 what=$2
    shift 2
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e $keyring ] || die "the package debian-archive-keyring is needed to check the runtime's signatures: apt-get install debian-archive-keyring"
    mirror=${EARSHOT_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/*$' | head -n 1)}
    [ -n "$mirror" ] || die "no Debian mirror is configured here: set EARSHOT_DEBIAN_MIRROR to one"
    say "fetching $what from Debian testing into .deps, no root needed"
    rm -rf "$prefix" "$deps/apt"
    mkdir -p "$prefix" "$deps/apt/lists/partial" "$deps/apt/cache/archives/partial" "$deps/apt/deb"
    : >"$deps/apt/status"
    printf 'deb [signed-by=%s] %s forky main\n' "$keyring" "$mirror" >"$deps/apt/sources.list"
    apt_private() {
        apt-get -q -o Dir::Etc::SourceList="$deps/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
            -o Dir::State::Lists="$deps/apt/lists" -o Dir::Cache="$deps/apt/cache" \
            -o Dir::State::status="$deps/apt/status" -o Debug::NoLocking=1 \
            -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 \
            -o APT::Install-Recommends=0 "$@"
    }
    apt_private update >&2
    # The system's own Vulkan loader is used: it knows the system's drivers.
    closure=$(apt_private -s install "$@" |
        awk '$1 == "Inst" && $2 != "libvulkan1" { print $2 }')
    [ -n "$closure" ] || die "Debian testing's package lists do not name $1"
    (cd "$deps/apt/deb" && apt_private download $closure >&2)
    for deb in "$deps"/apt/deb/*.deb; do dpkg -x "$deb" "$prefix"; done
    rm -rf "$deps/apt"
}

pm=$(manager)
have go || die "Go 1.26 or later is needed: see go.dev/dl"
packages
if ! pc $native; then system_whisper; fi
if [ "$want" = bench ]; then system_tools; fi
install_missing
if pc $native && use_system; then :; else private_prefix; fi
if [ "$want" = bench ] && ! have whisper-cli; then private_tools; fi
if [ "$want" = e2e ]; then npm_clients; fi
