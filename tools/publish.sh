#!/bin/sh
# Makes a built page ready to be published: tools/publish.sh [FOLDER], by default dist. `make dist` runs it last, since it
# reads every file as it will be served. It can be run again, also on a copy.
#
# If $SITE_URL has the address that the page will be at, puts it where full addresses are needed: for search engines
# (canonical, sitemap.xml) and for previews of links (og:url, og:image).
# Names the build by a checksum over all of its files, and writes sw.js with that name and their list.
set -eu

fail() {
    echo "tools/publish.sh: $*" >&2
    exit 1
}

template=$(cd "$(dirname "$0")/.." && pwd)/src/sw.js
cd "${1:-dist}"
[ -e index.html ] && [ -e scenarios/index.html ] && [ -e kernel/index.html ] && [ -e lessons/index.html ] || fail "$PWD holds no page; run make dist"
trap 'rm -f publish.tmp' EXIT

site=${SITE_URL:-}
case $site in
'') ;;
*[!A-Za-z0-9:/._~%-]*) fail "SITE_URL=$site has characters that an address does not need" ;;
https://?* | http://?*) site=${site%/}/ ;;
*) fail "SITE_URL=$site does not begin with https:// or http://" ;;
esac

# put FILE LINES: puts the lines after the file's <meta charset>, in place of those that an earlier run put there.
put() {
    awk -v lines="$2" '
        { text = text $0 "\n" }
        END {
            gsub(/<!--put-->.*<!--\/put-->/, "", text)
            if (!match(text, /<meta charset="?utf-8"?[ \/]*>/)) exit 1
            head = substr(text, 1, RSTART + RLENGTH - 1)
            printf "%s", head (lines == "" ? "" : "<!--put-->" lines "<!--/put-->") substr(text, RSTART + RLENGTH)
        }' "$1" > publish.tmp || fail "$1 has no <meta charset>"
    cat publish.tmp > "$1"
}

# address FILE AT: puts the file's full address, and that of the picture in its preview, into it.
address() {
    [ -n "$site" ] || return 0
    sed "s|content=\"\{0,1\}[^\" >]*share\.png\"\{0,1\}|content=\"${site}share.png\"|" "$1" > publish.tmp
    cat publish.tmp > "$1"
    grep -q "\"${site}share.png\"" "$1" || fail "$1 has no og:image"
    printf '<link rel="canonical" href="%s" /><meta property="og:url" content="%s" />' "$site$2" "$site$2"
}

for file in scenarios/*.html kernel/*.html lessons/*.html; do
    put "$file" "$(address "$file" "$file")"
done
own=$(address index.html '')
put index.html "$own"

printf 'User-agent: *\nDisallow:\n' > robots.txt
rm -f sitemap.xml
if [ -n "$site" ]; then
    echo "Sitemap: ${site}sitemap.xml" >> robots.txt
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        echo "<url><loc>$site</loc></url>"
        printf "<url><loc>$site%s</loc></url>\n" scenarios/*.html kernel/*.html lessons/*.html
        echo '</urlset>'
    } > sitemap.xml
fi

# All files but those written below; .stage is Trunk's own folder while it builds.
files=$(find . -type f ! -path './.stage/*' ! -name publish.tmp ! -name sw.js | sed 's|^\./||' | LC_ALL=C sort)
build=$(echo "$files" | while read -r file; do cksum "$file"; done | cksum | awk '{ printf "%08x", $1 }')
put index.html "<meta name=\"build\" content=\"$build\" />$own"

# The service worker keeps the files that the page needs, not those for readers and other programs.
packed=$(head -c 8 scenarios/baseline-five-step.bin)
echo "$files" | awk -v build="$build" -v packed="$packed" -v template="$template" '
    # Files with a hash of their content in the name or, for packed scenarios, their build in the query.
    /^scenarios\/.*\.bin$/ { named = named "  \"" $0 "?" packed "\",\n"; next }
    /^[^\/]*-[0-9a-f]+(_bg|_loader)?\.[a-z]+$/ { named = named "  \"" $0 "\",\n"; next }
    /^icons\/|^manifest/ { plain = plain "  \"" $0 "\",\n" }
    END {
        while ((getline line < template) > 0) {
            if (line ~ /^const BUILD/) line = "const BUILD = \"" build "\";"
            if (line ~ /^const NAMED/) line = "const NAMED = [\n" named "];"
            if (line ~ /^const PLAIN/) line = "const PLAIN = [\n" plain "];"
            print line
        }
    }' > publish.tmp
grep -q "$build" publish.tmp && grep -q 'stable-pages.*wasm' publish.tmp || fail "src/sw.js has no place for the build's name and files"
cat publish.tmp > sw.js
