#!/usr/bin/env bash
# Installs what the tests need where it is missing, builds, runs every test, and ends with "N passed, N failed".
# Arguments go to the test runner, for example: tests/run.sh -namespace 'MeSign.Statements.Tests.Pdf*'
set -euo pipefail
cd "$(dirname "$0")/.."

# The judges: programs of other people that our output has to please. command=package of Debian and Ubuntu.
judges=(openssl=openssl pdfsig=poppler-utils qpdf=qpdf gpgsm=gpgsm certutil=libnss3-tools softhsm2-util=softhsm2 javac=default-jdk-headless
    /usr/sbin/postfix=postfix /usr/lib/dovecot/imap=dovecot-imapd /usr/lib/dovecot/lmtp=dovecot-lmtpd)

missing=()
for judge in "${judges[@]}"; do
    command -v "${judge%%=*}" >/dev/null || missing+=("${judge##*=}")
done
[[ -e /usr/share/java/pdfbox2.jar ]] || missing+=(libpdfbox2-java)
[[ -e /usr/share/java/bcmail.jar ]] || missing+=(libbcmail-java)
# Ubuntu's package only brings a snap, which sees none of the tests' files.
[[ -e /usr/lib/thunderbird/thunderbird ]] || apt-cache policy thunderbird 2>/dev/null | grep -q 'Candidate:.*snap' || missing+=(thunderbird)
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || missing+=(python3-jsonschema)
/usr/bin/python3 -c 'import dkim, nacl' 2>/dev/null || missing+=(python3-dkim python3-nacl)

if ((${#missing[@]})); then
    if ! command -v apt-get >/dev/null; then
        echo "These packages are missing; install them with this system's package manager: ${missing[*]}" >&2
        exit 2
    fi
    sudo=; [[ $(id -u) == 0 ]] || sudo=sudo
    echo "Installing ${missing[*]}"
    $sudo apt-get update -qq
    # The tests run their own postfix; the system's is not to be set up.
    echo "postfix postfix/main_mailer_type select No configuration" | $sudo debconf-set-selections
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

for tool in dotnet node npm; do
    command -v "$tool" >/dev/null || { echo "$tool is missing; CONTRIBUTING.md says which version." >&2; exit 2; }
done

dotnet build MeSign.Statements.sln --configuration Release --nologo --verbosity quiet

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
dotnet tests/MeSign.Statements.Tests/bin/Release/net10.0/MeSign.Statements.Tests.dll -noColor "$@" 2>&1 | tee "$log" || status=$?

# The runner's own summary line, as the one line that every reader and every machine understands.
summary=$(grep -E 'Total: *[0-9]+' "$log" | tail -1)
count() { grep -oE "$1: *[0-9]+" <<<"$summary" | grep -oE '[0-9]+' || echo 0; }
failed=$(( $(count Failed) + $(count Errors) ))
skipped=$(count Skipped)
notrun=$(count 'Not Run')
passed=$(( $(count Total) - $(count Failed) - skipped - notrun ))
if ((passed == 0 && failed == 0)); then echo "No test ran." >&2; status=1; fi
if ((status != 0 && failed == 0)); then failed=1; fi
if ((skipped)); then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
exit "$status"
