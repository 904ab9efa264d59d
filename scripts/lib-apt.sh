# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A private apt state below build/, with other architectures and source entries.
# The machine's apt configuration does not change.
#
# The entries use the mirrors and suites of the machine's own entries, so that
# the scripts can reach whatever the machine can.

apt_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_debian_entries: print "URI SUITE COMPONENTS" of each Debian entry of this
# machine, including the security and update suites
apt_debian_entries() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets \
		--format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)' \
		'Created-By: Packages' 2>/dev/null |
		awk -F'|' '$4 == "Debian" && !seen[$1 $2 $3]++ {
			print $1, $2, $3 }'
}

# apt_main_suite: print "URI SUITE" of the release's main suite
apt_main_suite() {
	local codename
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	apt_debian_entries | awk -v suite="$codename" '
		$2 == suite && $3 == "main" { print $1, $2; exit }'
}

# apt_backports: print "URI SUITE COMPONENTS" of the release's backports. Few machines
# have an entry for them, but the mirror of the main suite has them as well.
apt_backports() {
	apt_main_suite | awk '{ print $1, $2 "-backports", "main" }'
}

# apt_state DIR TYPE ARCHITECTURE [SUITE]: make the state in DIR, with DIR/apt.conf
# and entries of TYPE (deb, deb-src), or only those of SUITE if it is given. SUITE may
# be "backports", or "sid", which the mirror of the main suite has as well.
apt_state() {
	local dir=$1 type=$2 arch=$3 only=${4:-} options
	mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/parts"
	options="arch=$arch"
	[ -r "$apt_keyring" ] && options="$options signed-by=$apt_keyring"
	case $only in
	backports) apt_backports ;;
	sid) apt_main_suite | awk '{ print $1, "sid", "main" }' ;;
	*) apt_debian_entries | awk -v only="$only" 'only == "" || $2 == only' ;;
	esac | sed "s,^,$type [$options] ," >"$dir/sources.list"
	[ -s "$dir/sources.list" ] ||
		die "apt has no package lists of a Debian entry" \
		    "run apt-get update, then try again"
	: >>"$dir/status"
	cat >"$dir/apt.conf" <<-END
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "$dir/parts";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir";
		Dir::Cache::archives "$dir/archives";
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "2";
	END
}

# apt_in DIR COMMAND ...: run an apt command on the state in DIR
apt_in() {
	local dir=$1
	shift
	APT_CONFIG="$dir/apt.conf" "$@"
}

# apt_update DIR [REMEDY]: update the package lists, or fail
apt_update() {
	local remedy="check the network and apt's entries with apt-get update, then try again"
	apt_in "$1" apt-get -q update >"$1/update.log" 2>&1 ||
		die "apt could not download the package lists; log: $1/update.log" \
		    "${2:-$remedy}"
}

# apt_source_versions DIR PACKAGE: print the versions of a source package in the
# lists, newest first
apt_source_versions() {
	apt_in "$1" apt-cache showsrc --only-source "$2" 2>/dev/null |
		sed -n 's/^Version: //p' | sort -Vru
}

# apt_source DIR INTO PACKAGE VERSIONS [OPTION ...]: download the first of
# VERSIONS whose files are all on the mirror into the directory INTO, and print
# the version. A suite may list a version whose files are gone.
apt_source() {
	local dir=$1 into=$2 package=$3 versions=$4 version
	shift 4
	[ -n "$versions" ] ||
		die "apt knows no such version of the source package $package" \
		    "add a Debian mirror with source packages to apt's entries"
	rm -rf "$into"
	mkdir -p "$into"
	for version in $versions; do
		note "downloading $package $version"
		if (cd "$into" && apt_in "$dir" apt-get -q source "$@" \
			--download-only --only-source "$package=$version") \
			>"$into.log" 2>&1; then
			echo "$version"
			return
		fi
		note "the mirror lacks files of $package $version: trying an older version"
	done
	die "no version of the $package source downloads completely" \
	    "see $into.log; use another mirror in apt's entries"
}

# apt_download DIR PACKAGE: download the package's newest version into DIR
apt_download() {
	(cd "$1" && apt_in "$1" apt-get -q download "$2" >download.log 2>&1) ||
		die "cannot download $2; log: $1/download.log" \
		    "check that apt's mirror has this package, and try again"
}

# need_debian_system: fail unless this machine has what debian_system needs
need_debian_system() {
	need mmdebstrap mmdebstrap
	[ "$(id -u)" -eq 0 ] ||
		die "only root can make a Debian system" "run this as root, or with sudo"
	[ -n "$(apt_main_suite)" ] ||
		die "apt has no package lists of Debian's main suite" \
		    "run apt-get update, then try again"
}

need_i386_system() {
	need_debian_system
	need arch-test arch-test
}

# debian_system ARCHITECTURE DIR VARIANT "PACKAGE ..." [OPTION ...]: make a system of
# this machine's release in DIR, with mmdebstrap and its OPTIONs, from the entries
# "URI SUITE COMPONENTS" of standard input
debian_system() {
	local arch=$1 dir=$2 variant=$3 packages=$4 suite signed=''
	shift 4
	suite=$(apt_main_suite | cut -d' ' -f2)
	[ ! -r "$apt_keyring" ] || signed=" signed-by=$apt_keyring"
	# shellcheck disable=SC2086 # one word a package
	sed "s,^,deb [arch=$arch$signed] ," |
		nice mmdebstrap --architectures="$arch" --variant="$variant" \
			--include="$(echo $packages | tr ' ' ,)" \
			--aptopt='Acquire::Retries "2"' "$@" "$suite" "$dir" -
}

# i386_system DIR VARIANT "PACKAGE ..." [OPTION ...]: make an i386 system of the
# release's main suite alone
i386_system() {
	apt_main_suite | sed 's/$/ main/' | debian_system i386 "$@"
}
