using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>One client's connection, from greeting to QUIT.</summary>
internal sealed class SmtpSession(SmtpSink sink, Socket socket, bool implicitTls, bool refused) : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly SmtpInput _input = new(sink.Options.IdleTimeout);
    private readonly ArrayBufferWriter<byte> _replies = new();
    private readonly List<SinkRecipient> _recipients = [];
    private Stream _stream = new NetworkStream(socket, ownsSocket: true);
    private SmtpPath? _sender;
    private bool _greeted;
    private bool _tls;
    private bool _authenticated;

    public void Dispose() => _stream.Dispose();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            socket.NoDelay = true;
            if (implicitTls)
                await StartTlsAsync(cancellationToken);
            if (refused)
            {
                Reply("421 4.7.0 too many connections");
                await FlushAsync(cancellationToken);
                return;
            }

            if (!await FaultAsync(SmtpStage.Connect, [], cancellationToken))
                Reply("220 localhost ESMTP MeSign Sandbox, for development only");
            while (await NextLineAsync(cancellationToken) is { } line && await HandleAsync(line, cancellationToken))
            {
            }

            await FlushAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            Reply("500 5.5.6 line too long");
            await LastWordsAsync();
        }
        catch (Exception gone) when (gone is IOException or SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException)
        {
            // The client left, was silent for too long, or was dropped on purpose: nothing is owed to it.
        }
    }

    private async Task<bool> HandleAsync(string line, CancellationToken cancellationToken)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var verb = (space < 0 ? line : line[..space]).ToUpperInvariant();
        var argument = space < 0 ? "" : line[(space + 1)..].Trim(' ');
        switch (verb)
        {
            case "EHLO" or "HELO":
                await HelloAsync(verb.Equals("EHLO", StringComparison.Ordinal), cancellationToken);
                return true;
            case "STARTTLS":
                return await UpgradeAsync(cancellationToken);
            case "AUTH":
                return await AuthenticateAsync(argument, cancellationToken);
            case "MAIL":
                await MailAsync(argument, cancellationToken);
                return true;
            case "RCPT":
                await RecipientAsync(argument, cancellationToken);
                return true;
            case "DATA":
                return await DataAsync(cancellationToken);
            case "RSET":
                Reset();
                Reply("250 2.0.0 reset");
                return true;
            case "NOOP":
                Reply("250 2.0.0 nothing done");
                return true;
            case "VRFY":
                Reply("252 2.5.0 send and see");
                return true;
            case "QUIT":
                Reply("221 2.0.0 goodbye");
                return false;
            default:
                Reply("500 5.5.1 unknown command");
                return true;
        }
    }

    private async Task HelloAsync(bool extended, CancellationToken cancellationToken)
    {
        Reset();
        if (await FaultAsync(SmtpStage.Hello, [], cancellationToken))
            return;

        _greeted = true;
        if (!extended)
        {
            Reply("250 localhost");
            return;
        }

        Reply("250-localhost");
        Reply("250-PIPELINING");
        Reply("250-8BITMIME");
        Reply("250-SMTPUTF8");
        Reply("250-DSN");
        Reply("250-ENHANCEDSTATUSCODES");
        if (sink.TlsOptions is not null && !_tls)
            Reply("250-STARTTLS");
        if (sink.Options.User is not null && _tls)
            Reply("250-AUTH PLAIN LOGIN");
        Reply($"250 SIZE {sink.Options.MaxMessageBytes}");
    }

    private async Task<bool> UpgradeAsync(CancellationToken cancellationToken)
    {
        if (sink.TlsOptions is null || _tls)
        {
            Reply("502 5.5.1 no STARTTLS here");
            return true;
        }

        // RFC 3207 §5: commands smuggled in behind STARTTLS must not be taken for encrypted ones.
        if (_input.HasBytes)
        {
            Reply("501 5.5.4 nothing may follow STARTTLS");
            return false;
        }

        if (await FaultAsync(SmtpStage.StartTls, [], cancellationToken))
            return true;
        Reply("220 2.0.0 ready to start TLS");
        await FlushAsync(cancellationToken);
        await StartTlsAsync(cancellationToken);
        _greeted = false;
        Reset();
        return true;
    }

    private async Task StartTlsAsync(CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(sink.Options.IdleTimeout);
        await tls.AuthenticateAsServerAsync(sink.TlsOptions!, limit.Token);
        _tls = true;
    }

    private async Task<bool> AuthenticateAsync(string argument, CancellationToken cancellationToken)
    {
        if (sink.Options.User is null || !_tls || !_greeted || _authenticated)
        {
            Reply("503 5.5.1 no AUTH here and now");
            return true;
        }

        if (await FaultAsync(SmtpStage.Authenticate, [], cancellationToken))
            return true;
        var words = argument.Split(' ', 2);
        var given = words.Length > 1 ? words[1] : null;
        string? user, password;
        if (words[0].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            // RFC 4616 §2: authorization identity, NUL, user, NUL, password.
            var parts = Decode(given ?? await AskAsync("", cancellationToken))?.Split('\0');
            (user, password) = parts?.Length == 3 ? (parts[1], parts[2]) : (null, null);
        }
        else if (words[0].Equals("LOGIN", StringComparison.OrdinalIgnoreCase))
        {
            user = Decode(given ?? await AskAsync("VXNlcm5hbWU6", cancellationToken));
            password = Decode(await AskAsync("UGFzc3dvcmQ6", cancellationToken));
        }
        else
        {
            Reply("504 5.5.4 PLAIN or LOGIN");
            return true;
        }

        _authenticated = string.Equals(user, sink.Options.User, StringComparison.Ordinal)
            && string.Equals(password, sink.Options.Password, StringComparison.Ordinal);
        Reply(_authenticated ? "235 2.7.0 welcome" : "535 5.7.8 wrong user or password");
        return true;
    }

    private async Task<string?> AskAsync(string challenge, CancellationToken cancellationToken)
    {
        Reply("334 " + challenge);
        return await NextLineAsync(cancellationToken);
    }

    private async Task MailAsync(string argument, CancellationToken cancellationToken)
    {
        if (!_greeted || _sender is not null)
            Reply("503 5.5.1 EHLO first, one MAIL at a time");
        else if (sink.TlsOptions is not null && sink.Options.RequireTls && !_tls)
            Reply("530 5.7.0 STARTTLS first");
        else if (sink.Options.User is not null && !_authenticated)
            Reply("530 5.7.0 AUTH first");
        else if (SmtpPath.Parse(argument, "FROM") is not { } sender)
            Reply("501 5.1.7 MAIL FROM:<address>");
        else if (!sender.IsAscii && !sender.HasParameter("SMTPUTF8"))
            Reply("550 5.6.7 this address needs SMTPUTF8");
        else if (sender.Size > sink.Options.MaxMessageBytes)
            Reply(MessageContent.TooLarge.Refusal!);
        else if (!await FaultAsync(SmtpStage.Mail, [], cancellationToken))
        {
            _sender = sender;
            Reply("250 2.1.0 sender taken");
        }
    }

    private async Task RecipientAsync(string argument, CancellationToken cancellationToken)
    {
        if (_sender is null)
            Reply("503 5.5.1 MAIL first");
        else if (SmtpPath.Parse(argument, "TO") is not { Address.Length: > 0 } recipient)
            Reply("501 5.1.3 RCPT TO:<address>");
        else if (!recipient.IsAscii && !_sender.HasParameter("SMTPUTF8"))
            Reply("553 5.6.7 this address needs SMTPUTF8");
        else if (_recipients.Count >= sink.Options.MaxRecipients)
            Reply("452 4.5.3 too many recipients");
        else if (!await FaultAsync(SmtpStage.Recipient, [recipient.Address], cancellationToken))
        {
            _recipients.Add(new SinkRecipient(recipient.Address, recipient.Parameters));
            Reply("250 2.1.5 recipient taken");
        }
    }

    private async Task<bool> DataAsync(CancellationToken cancellationToken)
    {
        if (_sender is null || _recipients.Count == 0)
        {
            Reply(_sender is null ? "503 5.5.1 MAIL first" : "554 5.5.1 no valid recipients");
            return true;
        }

        var addresses = _recipients.ConvertAll(recipient => recipient.Address);
        if (await FaultAsync(SmtpStage.Data, addresses, cancellationToken))
            return true;
        Reply("354 end with a dot on a line of its own");
        await FlushAsync(cancellationToken);
        await _input.WaitForBytesAsync(_stream, cancellationToken);
        if (await FaultAsync(SmtpStage.Content, addresses, cancellationToken))
            return false;

        var content = await _input.ReadContentAsync(_stream, sink.Options.MaxMessageBytes, cancellationToken);
        if (content is null)
            return false;

        var fault = sink.FaultAt(SmtpStage.FinalDot, addresses);
        if (content.Refusal is null && fault is not { Fault: SmtpFault.Reply } and not { Fault: SmtpFault.Drop, KeepsMessage: false })
            await sink.StoreAsync(_sender.Address, _sender.Parameters, [.. _recipients], content.Bytes, _tls, acknowledged: fault?.Fault != SmtpFault.Drop);
        if (fault is null || !await CommitAsync(fault, cancellationToken))
            Reply(content.Refusal ?? "250 2.0.0 message taken");
        Reset();
        return true;
    }

    private async Task<bool> FaultAsync(SmtpStage stage, IEnumerable<string> recipients, CancellationToken cancellationToken) =>
        sink.FaultAt(stage, recipients) is { } fault && await CommitAsync(fault, cancellationToken);

    /// <returns>True where the fault was the answer; false after a stall that ended.</returns>
    private async Task<bool> CommitAsync(Misbehaviour fault, CancellationToken cancellationToken)
    {
        switch (fault.Fault)
        {
            case SmtpFault.Reply:
                Reply(fault.Answer!);
                return true;
            case SmtpFault.Drop:
                // Without lingering: the client sees a reset, as from a relay whose machine went down.
                socket.Close(0);
                throw new IOException("dropped on purpose");
            default:
                await FlushAsync(cancellationToken);
                await StallAsync(fault.Duration, cancellationToken);
                return false;
        }
    }

    private async Task StallAsync(TimeSpan? duration, CancellationToken cancellationToken)
    {
        if (duration is { } known)
        {
            await Task.Delay(known, cancellationToken);
            return;
        }

        while (!(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0))
            await Task.Delay(Glance, cancellationToken);
    }

    // Replies to pipelined commands leave together (RFC 2920 §3.2).
    private async ValueTask<string?> NextLineAsync(CancellationToken cancellationToken)
    {
        if (!_input.HasLine)
            await FlushAsync(cancellationToken);
        return await _input.ReadLineAsync(_stream, cancellationToken);
    }

    private void Reply(string line)
    {
        Encoding.UTF8.GetBytes(line, _replies);
        _replies.Write("\r\n"u8);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_replies.WrittenCount == 0)
            return;
        await _stream.WriteAsync(_replies.WrittenMemory, cancellationToken);
        _replies.ResetWrittenCount();
    }

    private async Task LastWordsAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await FlushAsync(limit.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // It does not listen either.
        }
    }

    private void Reset()
    {
        _sender = null;
        _recipients.Clear();
    }

    private static string? Decode(string? base64)
    {
        var bytes = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var count) ? Encoding.UTF8.GetString(bytes, 0, count) : null;
    }
}
