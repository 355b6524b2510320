#!/bin/sh
# Makes one file of the style sheets that a built page links to: tools/style.sh [FOLDER], by default dist. `make dist` runs it
# before tools/publish.sh. On a slow connection each file waits for its turn, and together they compress better.
set -eu

cd "${1:-dist}"
trap 'rm -f style.tmp index.tmp' EXIT

sheets=$(grep -o '<link[^>]*stylesheet[^>]*>' index.html | sed 's/.*href="\{0,1\}//; s/[" >].*//')
[ "$(echo "$sheets" | wc -w)" -gt 1 ] || exit 0
# Their names, not quoted, are words.
cat $sheets > style.tmp
name=style-$(cksum < style.tmp | awk '{ printf "%08x", $1 }').css
mv style.tmp "$name"
awk -v link="<link rel=\"stylesheet\" href=\"./$name\">" '
    { page = page $0 "\n" }
    END {
        while (match(page, /<link[^>]*stylesheet[^>]*>/)) {
            page = substr(page, 1, RSTART - 1) link substr(page, RSTART + RLENGTH)
            # It stands where the first one stood.
            if (link != "") { out = substr(page, 1, RSTART + length(link) - 1); page = substr(page, RSTART + length(link)) }
            link = ""
        }
        printf "%s", out page
    }' index.html > index.tmp
mv index.tmp index.html
rm -f $sheets
