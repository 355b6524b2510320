#!/bin/sh
# Makes one file of the style sheets that a built page links to, and another of those that it fetches with the checker:
# tools/style.sh [FOLDER], by default dist. `make dist` runs it before tools/publish.sh. On a slow connection each file waits
# for its turn, and together they compress better.
set -eu

cd "${1:-dist}"
trap 'rm -f style.tmp index.tmp' EXIT

# join NAME SHEET...: makes one file of the sheets, and sets $name to its name with a checksum.
join() {
    name=$1
    shift
    cat "$@" > style.tmp
    rm "$@"
    name=$name-$(cksum < style.tmp | awk '{ printf "%08x", $1 }').css
    mv style.tmp "$name"
}

# Their names, not quoted, are words.
sheets=$(grep -o '<link[^>]*stylesheet[^>]*>' index.html | sed 's/.*href="\{0,1\}//; s/[" >].*//')
if [ "$(echo "$sheets" | wc -w)" -gt 1 ]; then
    join style $sheets
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
fi

later=$(sed -n 's/.*<meta name="later" content="\([^"]*\)".*/\1/p' index.html)
if [ "$(echo "$later" | wc -w)" -gt 1 ]; then
    join later $later
    sed "s|<meta name=\"later\" content=\"[^\"]*\"|<meta name=\"later\" content=\"./$name\"|" index.html > index.tmp
    mv index.tmp index.html
fi
