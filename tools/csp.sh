#!/bin/sh
# Trunk's post_build hook: moves the one inline module script that Trunk writes
# into index.html to a file of its own, so that the page's strict
# Content-Security-Policy (`script-src 'self'`, no hashes, no 'unsafe-inline')
# lets it run. The file is named by its content, as Trunk's other files are,
# and lies beside them, so the module's relative imports still resolve.
# It also names the workers' files by their content, and takes out the style sheets that only the checker's sections
# need: the page fetches them with the checker.
set -eu

fail() {
    echo "tools/csp.sh: $*" >&2
    exit 1
}

dir=${TRUNK_STAGING_DIR:?tools/csp.sh is run by Trunk, which sets TRUNK_STAGING_DIR}
page=$dir/index.html
body=$dir/boot.tmp
rest=$dir/index.tmp
trap 'rm -f "$body" "$rest"' EXIT

# Splits the page at its script tags, wherever line ends fall (release builds
# are minified). A script with a src stays; an inline one goes to `body` and
# leaves @BOOT@ behind. Prints the number of inline scripts.
inline=$(awk -v body="$body" -v rest="$rest" '
    { page = page $0 "\n" }
    END {
        printf "" > body
        while (match(tolower(page), /<script[^>]*>/)) {
            tag = substr(page, RSTART, RLENGTH)
            before = substr(page, 1, RSTART - 1)
            page = substr(page, RSTART + RLENGTH)
            stop = index(tolower(page), "</script>")
            if (stop == 0) { print "unclosed"; exit }
            text = substr(page, 1, stop - 1)
            page = substr(page, stop + length("</script>"))
            if (tolower(tag) ~ /[ \t\n]src[ \t\n]*=/) {
                out = out before tag text "</script>"
            } else {
                count++
                if (tolower(tag) !~ /type=["\047]?module["\047 >]/) { print "not a module: " tag; exit }
                sub(/^[ \t\n]+/, "", text)
                printf "%s", text > body
                out = out before "@BOOT@"
            }
        }
        printf "%s", out page > rest
        print count + 0
    }' "$page")

[ "$inline" = 1 ] || fail "expected exactly one inline module script in index.html, found: $inline"
# A module moved to another file resolves './x' against that file; anything but
# a relative or bare-name import would mean that Trunk now writes something new.
grep -q "from *[\"']\./" "$body" || fail "the inline module does not import from './', so it may not survive the move"

name=boot-$(cksum < "$body" | awk '{ printf "%08x", $1 }').js
mv "$body" "$dir/$name"
sed "s|@BOOT@|<script type=\"module\" src=\"./$name\"></script>|" "$rest" > "$page"

# Style sheets marked data-later become one <meta name="later">, which the page reads
# when it calls the checker.
awk '
    { page = page $0 "\n" }
    END {
        while (match(page, /<link[^>]*data-later[^>]*>/)) {
            tag = substr(page, RSTART, RLENGTH)
            page = substr(page, 1, RSTART - 1) (later == "" ? "@LATER@" : "") substr(page, RSTART + RLENGTH)
            sub(/.*href="?/, "", tag)
            sub(/[" >].*/, "", tag)
            later = later (later == "" ? "" : " ") tag
        }
        sub(/@LATER@/, "<meta name=\"later\" content=\"" later "\">", page)
        printf "%s", page
    }' "$page" > "$rest"
mv "$rest" "$page"
grep -q 'name="later" content="[^"]*\.css' "$page" || fail "index.html has no style sheet marked data-later"

# Trunk gives the workers' files no hash, so after a deploy a new page could get an old
# one from a cache. They get a hash here, which the page reads in <meta name="checker">.
# The checker's loader tells the checker the name of the reader's, which it starts when a text is pasted.
said=
for worker in reader checker; do
    [ -e "$dir/$worker.js" ] || continue
    name=$worker-$({ echo "$said"; cat "$dir/$worker.js" "$dir/${worker}_bg.wasm"; } | cksum | awk '{ printf "%08x", $1 }')
    mv "$dir/${worker}_bg.wasm" "$dir/${name}_bg.wasm"
    mv "$dir/$worker.js" "$dir/$name.js"
    sed -e "s|$worker\.js|$name.js|g" -e "s|${worker}_bg\.wasm|${name}_bg.wasm|g" \
        -e "s|wasm_bindgen(\([^)]*\))|wasm_bindgen({ module_or_path: \1 })|" \
        "$dir/${worker}_loader.js" | { echo "$said"; cat; } > "$dir/${name}_loader.js"
    rm "$dir/${worker}_loader.js"
    sed -e "s|\(name=\"\{0,1\}$worker\"\{0,1\} content=\)\"\{0,1\}$worker\"\{0,1\}|\1\"$name\"|" \
        -e "s|\(content=\)\"\{0,1\}$worker\"\{0,1\}\( name=\"\{0,1\}$worker\)|\1\"$name\"\2|" "$page" > "$rest"
    mv "$rest" "$page"
    said="self.READER = \"./${name}_loader.js\";"
    grep -q "$name" "$page" || fail "index.html has no <meta name=\"$worker\" content=\"$worker\">, so the page would not find the $worker"
done
