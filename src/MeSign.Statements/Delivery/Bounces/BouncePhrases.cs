using static MeSign.Statements.Delivery.Bounces.BounceClass;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// Phrases that mean one class wherever they stand. Where a text has several, the first one said is the reason, and what
/// follows is advice. <see cref="BounceWords"/> is asked only where none of these is there.
/// </summary>
internal static class BouncePhrases
{
    private static readonly BounceRule[] Table =
    [
        new(InvalidRecipient,
            @"\b(user|recipient|mailbox|account|addressee|address|mail ?drop|alias)( name)?( is)? (unknown|not found|unrecogni[sz]ed|not recogni[sz]ed)",
            @"(unknown|unrecogni[sz]ed|invalid|no such|non-?existent|no) (local )?(user|recipient|mailbox|mail-box|person|account|addressee|address|e-?mail address|local[- ]?part|customer|subscriber|alias)\b",
            @"\b(user|recipient|mailbox|account|addressee|address|rcpt|inbox|person|e-?mail)\b.{0,60}(does|do|did|doe|dos)(n'?t| not|snt) exist",
            @"not an? (valid|known|registered|local|existing) (e-?mail )?(user|mailbox|recipient|address|account)|not a mailbox here|user mail-?box not found",
            @"(doesn't|does not) have an? .{1,60}account|not listed in .{0,40}address book|name is not recogni[sz]ed|no matching directory|recip(ient)?notfound",
            @"(address|mailbox|user|recipient) (couldn't|could not|cannot|can't) be (found|located|resolved)|(recipient|user|mailbox|account) (is )?no longer (on|at|exists|here)|undeliverable address: host|account or domain may not exist|(address|account|mailbox) (is|was) (wrong|incorrect)|address is .{0,20}no longer valid|(wasn't|was not) found at|not found by smtp|did not .{0,20}match .{0,30}address|nobody (here )?by that name|user(name)? (is )?(invalid|incorrect)|no matches to|not a current (user|employee|customer)|bad_?recipient|no longer (with|employed|works?)\b|left the (company|organi[sz]ation)",
            @"all recipient addresses rejected|not our customer|destinataire .{0,20}invalide|not (present|found|listed) in .{0,20}directory|(recipient|mailbox) (cannot|can't|could not) be verified|not an active address",
            @"(adresse|destinataire|utilisateur|bo[\u00eei]te).{0,60}(n'existe pas|inconnue?\b|invalide|introuvable)|(utilisateur|destinataire) (non|inconnu)|empf(\u00e4|ae)nger.{0,30}(unbekannt|nicht|existiert)|(postfach|adresse|benutzer).{0,40}(unbekannt|existiert nicht|nicht (gefunden|vorhanden|bekannt))",
            @"(usuario|destinatario|buz\u00f3n|direcci\u00f3n|cuenta).{0,40}(desconocid|no existe|inexistente|no encontrad)|no existe .{0,20}(usuario|destinatario|buz\u00f3n|cuenta)|(utente|destinatario|casella|indirizzo).{0,40}(sconosciut|inesistente|non esiste|non trovat)|(usu\u00e1rio|destinat\u00e1rio|endere\u00e7o|caixa).{0,40}(desconhecid|inexistente|n\u00e3o (existe|encontrad))",
            @"(u\u017eivatel|adresa|p\u0159\u00edjemce|schr\u00e1nka).{0,40}(neexistuje|nezn\u00e1m|nenalezen)|(u\u017cytkownik|adres|skrzynka|konto|odbiorca).{0,40}(nie istnieje|nieznan|nie znaleziono)|(adres|gebruiker|ontvanger|e-mailadres).{0,40}(niet gevonden|bestaat niet|onbekend)|(e-post\w*|mottagare\w*|modtager\w*|mottaker\w*|adress\w*).{0,40}(hittades inte|ok\u00e4nd|findes ikke|ukendt|ukjent|finnes ikke)|det gick inte att hitta e-postadressen",
            @"\u898b\u3064\u304b\u308a\u307e\u305b|\u898b\u3064\u304b\u3089\u306a|\u5b58\u5728\u3057(\u306a|\u307e\u305b)|\u30ea\u30b9\u30c8\u306b\u3042\u308a\u307e\u305b\u3093|\u7528\u6237\u4e0d\u5b58\u5728|\u65e0\u6b64\u7528\u6237|\u4e0d\u5b58\u5728|\uc874\uc7ac\ud558\uc9c0 \uc54a|\u043d\u0435 (\u0441\u0443\u0449\u0435\u0441\u0442\u0432\u0443\u0435\u0442|\u043d\u0430\u0439\u0434\u0435\u043d)|\u043d\u0435\u0438\u0437\u0432\u0435\u0441\u0442\u0435\u043d"),
        new(InactiveMailbox,
            @"\b(account|mailbox|user|recipient|address)( that you tried to reach)?( is| has been| was)?( currently| temporarily| over quota and)? (disabled|inactive|deactivated|suspended|locked|frozen|expired|discontinued|not active)",
            @"(disabled|deactivated|inactive|suspended|discontinued|closed|expired|archived) (mailbox|account|user|recipient|e-?mail|address)\b|(account|user|mailbox) .{0,10}not (yet )?activated|extended inactivity",
            @"(casilla|buz\u00f3n|cuenta|usuario|conta|caixa|usu\u00e1rio).{0,40}(ha expirado|expirou|suspend|(des|in)(habilitad|ativ)|inactiv|desactiv|bloquead)|(compte|bo[\u00eei]te).{0,40}(d[\u00e9e]sactiv|suspend|bloqu|ferm[\u00e9e]|archiv)|(casella|account|utente).{0,40}(disabilitat|sospes|disattivat|bloccat)|(konto|postfach|benutzer).{0,40}(gesperrt|deaktiviert|stillgelegt)|(schr\u00e1nka|\u00fa\u010det).{0,40}(zablokov|zru\u0161en|deaktivov)|(konto|skrzynka).{0,40}(zablokowan|nieaktywn)"),
        new(QuotaIssues,
            @"\b(mailbox|mail ?box|inbox|mail ?folder|account|mailbox for user|disk|quota|postfach)( is)?( currently| too| already)? (full|over ?quota|voll)\b|mailbox .{0,30}is full|full (mailbox|inbox)|overquota|overdrawn|(does|did|do)? ?not (have )?enough (disk |storage )?(space|room)|space (is )?not enough|dis[ck] ?(space)? (is )?full|dis[ck] quota|storage (is )?full|mailbox space",
            @"larger than the current system limit or the recipient's mailbox is full",
            @"(over|exceed(s|ed|ing)?|out of)( the| its| his| their| your| disk| mailbox| storage| allocated| e-?mail| account)* quota|quota (has been |is |was )?(exceeded|full|violation)|quota exceed",
            @"mailbox( size)? (limit|quota) exceeded|mailbox exceeds|exceed(s|ed)? .{0,20}(storage|mailbox) (allocation|limit|quota|size)|(insufficient|not sufficient) (system |disk )?(storage|space)|out of (storage|disk) space|too many messages (in|on)|zuviele mails",
            @"bo[\u00eei]te .{0,30}pleine|postfach .{0,30}(\u00fcberf\u00fcll|voll)|buz\u00f3n .{0,30}llen|casella .{0,30}pien|schr\u00e1nka .{0,30}pln|caixa .{0,30}chei"),
        new(MessageTooLarge,
            @"max(imum)? message size|message (size|length|file)?[^:]{0,30}exceeds?( the)? .{0,30}(size|limit|maximum)|message (is |was )?too (large|big|long)|exceeds .{0,20}message size|class=size limit|larger than the (current |maximum )"),
        new(VirusRelated,
            @"virus\b.{0,30} (found|detected)|infected (with|by|file|attachment|message)|contain(s|ed|ing) (a )?(virus|malware|worm)|\bmalware\b"),
        new(SpamBlock,
            @"spamhaus|spamcop|\bsorbs\b|barracudacentral|\bdnsbl\b|\brbl\b|abuseat|blocked using \S+\.\S+|listed on a blocklist|(black|block|deny) ?-?list(ed|ing)?\b|spam list|spam blocked|\bis listed (on|in|at|by)\b|\blisted by\b|\(BL\)",
            @"(poor|bad|low|your|ip|domain|sender|sending) reputation|client host .{0,80}(blocked|rejected|den)|banned sending ip|unusual rate of|rate limited due to ip reputation|invalid ip|bad ip\b|\bip blocked|sending spam|unwanted messages have been sent|not allowed to connect|temporarily deferred due to .{0,40}complaint",
            @"(mail|messages?|connections?) from (ip )?\S{0,3}\d+\.\d+\.\d+\.\d+\S{0,3} .{0,20}(reject|block|refus|denied|not accept|not allow|deferred)|messages from .{0,60}deferred|(bad )?(sender|sending|source|client) ip( address)? .{0,20}(reject|block|denied|refus)",
            @"connection refused\W{1,3}(\S{1,60} )?(is listed|has a (poor|bad))|\b5\d\d[ -](5\.7\.\d+ )?connection refused|sender rejected.{0,250}rbl\b|\b(dy|ou|sc|rp)-00[1-4]\b"),
        new(SpamContent,
            @"uribl|surbl|\bspam (detected|content|filter|score|profiler|pattern|message|rejected|check|not|classification)|spamprofiler|spamassassin|anti-?spam|\bas spam\b|spam-?id|\bd?spam check|spamming not|mcspam|contains spam|is (probably |likely )?spam\b|\(spam\)|spam mail|junk ?mail ?filter",
            @"(likely|probably|appears to be|looks like|considered|classified as|detected as|identified as) .{0,20}(spam|unsolicited|junk|bulk)|classification as (bulk|spam)|content rejected.{0,20}(\bube\b|spam)|unsolicited (bulk |commercial )?(mail|e-?mail|message)|unacceptable content|recurrent pattern|rejecting mail content|bulk\W?(mail|advertis)|\bofr_506\b"),
        new(ProhibitedAttachment,
            @"not accepting mail with attachments|attachments? (is |are )?(not (allowed|accepted|permitted)|blocked|rejected|prohibited)|(illegal|prohibited|forbidden|banned|dangerous|executable) (file |type of )?(attachment|file)|(file|attachment) (type|extension|name)"),
        new(ContentRelated,
            @"content reject|blocked because its content|messages? without .{0,20}(fields?|headers?)|multiple addresses in from|(too many|duplicate|multiple|missing|malformed|equal) .{0,20}headers?\b|potential(ly)? (security|dangerous|unsafe)|bare (lf|cr|line ?feed)|line (is )?(too long|limit|length)"),
        new(AuthenticationFailed,
            @"spf (check|fail|validation)|sender policy framework|\b(spf|dkim|dmarc)\b.{0,40}(fail|reject|did not pass|not pass|invalid)|5322\.from|(rejected|refused|blocked) due to .{0,60}dmarc|rate limited because (it is|spf|dkim|the from|this message)|unauthenticated (e-?mail|mail|message|sender)|(smtp )?authentication (is )?required|auth(entication)? required|not authenticated|must authenticate|(username|user name|password|credentials)[^.]{0,20} (not accepted|invalid|incorrect|required)|invalid (login )?credentials|login attempts|unverif(i|y)able .{0,10}ips?\b",
            @"(no|missing|without|valid|have an?) (ptr|reverse[- ]dns|rdns)|(ptr|reverse[- ]dns) (record|lookup|check|fail|mismatch|validation)|find your (reverse )?host ?name"),
        new(PolicyRelated,
            @"mail from .{0,60}(rejected|refused|denied) (for|due to|because of) .{0,20}polic|sender rejected.{0,250}\baup\b"),
        new(InvalidSender,
            @"sender domain (not found|does not exist|unknown|invalid)|sender( address)?( was| is)? (rejected|denied|unknown|refused|invalid|not (valid|verified|found|allowed))|sender verify failed|unauthori[sz]ed sender|sender is (not|invalid|unauthori[sz]ed)|from: domain is invalid|no such sender|(invalid|bad|unknown|forged) (sender|return[- ]?path|envelope sender)|(domain of (the )?)?sender( address)? .{0,60}(does not (exist|resolve)|not resolv)|mail from .{0,40}rejected|emetteur invalide|sender domain is empty|(temporarily deferred due to )?unresolvable .{0,20}from domain|backscatter|\bbatv\b|sending this from a different address"),
        new(RelayDenied,
            @"use me .{0,120}as a relay|relay(ing)?( access)? (is )?(denied|not (permitted|allowed)|prohibited)|(unable|not (allowed|permitted)|refus\w+|isn't allowed) to relay|in my list of allowed rcpthosts|not a relay|do(es)? not relay|not an open relay|not a gateway|(do not|don't) (handle|host|accept) (mail|e-?mail) for|insecure mail relay|open relay not|remote domains? (is |are )?not (supported|allowed)"),
        new(DNSFailure,
            @"host not found, try again|(host or domain name not found. )?name service error .{0,100}(try again|malformed|unexpected)|temporary (lookup|dns|name (service|resolution)) (failure|error)|temporary failure in name resolution|name ?server.{0,60}(fail|timed out|timeout|not respond|unavailable)|host name lookup failure|(message expired, )?\bdns (query|lookup|server|resolution)?[^.]{0,30}(timed out|timeout|fail)|servfail|(malformed|unexpected) (or unexpected )?name server reply"),
        new(BadDomain,
            @"no (valid )?mx\b|\b(host|domain)( or domain)?( name)?( is)? (unknown|not found|invalid)|name or service not known|any host by that name|unrouteable mail domain|(host|domain) (could not|couldn't|cannot|can't) be (found|resolved)|bad domain|no mail (server|exchanger)|(unknown|no such|non-?existent) (host|domain)|\bdomain\b.{0,60}(does(n't| not) exist|couldn't be found)|recipient domain must exist|\b(521|556)\b.{0,80}not accepting|null mx|nxdomain|does not accept mail \(nullmx"),
        new(RoutingErrors,
            @"loops? back to (myself|me)|mail (is )?loop|too many hops|hop count|(could not|couldn't) find a gateway|unrouteable (mail )?address|unable to resolve route|no route for"),
        new(TransientFailure,
            @"(unable to|can(no|')?t) (contact|connect to|open|reach) .{0,20}(ldap|sql|database)"),
        new(NoAnswerFromHost,
            @"no mxs? .{0,40}could be reached|connection (timed out|refused|to .{0,60}failed|attempt failed)|connect to .{0,80}(timed out|refused|failed|unreachable)|no route to host|network (is )?unreachable|network error|all hosts .{0,40}fail|unable to (connect|contact)|could ?n[o']t (connect|contact|reach)|connect(ion)? (error|failed|failure)|(host|server|computer) .{0,40}(not reachable|unreachable|not responding|did(n't| not) respond)|can(no|')t connect to|operation timed out|establish an smtp connection|accept our requests to connect"),
        new(BadConnection,
            @"lost connection|connection( was| with .{0,60})? (dropped|lost|reset|closed|broken|terminated)|conversation with \S+ timed out"),
        new(MessageExpired,
            @"delivery time expired|(message|mail|envelope) (has )?expired|message timed out|after multiple retries|failing for a long time|not been collected after|(maximum|max|too many) (delivery )?(attempts|retries)|(maximum|allowed) (queue|retry) (time|age|period)|retry time(out)? (exceeded|not reached)|delivery failed \d+ attempts"),
        new(TooManyRecipients,
            @"too many recipients|(recipients?|rcpts?) (count|limit)[^.]{0,20}(exceed|reach)|exceed.{0,20}(maximum |number of |limit of )+recipients"),
        new(TransientFailure,
            @"gr[ea]y-?list|temporary (local |system )?(problem|failure|error)|rate limited|frequency limited|receiving mail at a rate|temporarily (unavailable|deferred|rejected)|too many (connections|concurrent)",
            @"exceed(ed|s|ing)? .{0,40}((connection|sending|message|rate|concurren\w+) (limit|threshold)|permitted limits)|(reached|exceeded) .{0,30}(daily|hourly)|(daily|hourly) (message |sending |relay |mail )?(quota|limit)|max(imum)? messages? per connection|try again slower|slow down"),
        new(TransientFailure, @"(please|try) (try )?(again )?later[. ]|not accepting (network )?messages") { OnlyForNow = true },
        new(PolicyRelated,
            @"(denied|rejected|refused) (by|for|due to) .{0,20}polic|not accepting (mail|messages) from|not pre-?approved|not (authori[sz]ed|permitted) to post|permission to (post|send)|restrictedtorecipients|not authori[sz]ed to (send to|post)|only accepts? (mail|messages|e-?mail)s? from|not a member of|must be a member|polic(y|ies) (violation|reason|restriction)|mailpolicy|permanent failure for one or more recipients|resolver\.rst\.notauth|reject messages (sent )?from outside|(refuses|does not wish|does not want) to (receive|accept)|senderfilterconfig|closed mailing list|organizational settings"),
        new(ProtocolErrors,
            @"syntax error|bad sequence of commands|command not (implemented|recogni[sz]ed)|protocol violation"),
        new(BadConfiguration,
            // sysexits.h, as sendmail words it.
            @"insufficient permission|local configuration error|operating system error|system file missing|can't create output|(is|are) misconfigured"),
    ];

    /// <param name="text">As <see cref="ReplyText.Bare"/> makes it.</param>
    /// <param name="forGood">Whether the code says 5xx.</param>
    public static BounceClass? Find(string text, bool forGood = false)
    {
        var (first, found) = (int.MaxValue, (BounceClass?)null);
        foreach (var rule in Table)
        {
            if (!(forGood && rule.OnlyForNow) && rule.At(text) is { } at && at < first)
                (first, found) = (at, rule.Class);
        }

        return found;
    }
}
