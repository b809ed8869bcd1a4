using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>One client's connection, from greeting to QUIT.</summary>
internal sealed class SmtpSession(SmtpSink sink, Socket socket, bool implicitTls, bool refused) : IDisposable
{
    private readonly SmtpWire _wire = new(socket, sink.Options);
    private readonly List<SinkRecipient> _recipients = [];
    private readonly MemoryStream _chunks = new();
    private SmtpPath? _sender;
    private bool _pipelined;
    private bool _greeted;
    private bool _authenticated;

    public void Dispose() => _wire.Dispose();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            socket.NoDelay = true;
            if (implicitTls)
                await _wire.StartTlsAsync(sink.TlsOptions!, cancellationToken);
            if (refused)
            {
                Reply("421 4.7.0 too many connections");
                await _wire.FlushAsync(cancellationToken);
                return;
            }

            if (!await FaultAsync(SmtpStage.Connect, [], cancellationToken))
                Reply("220 localhost ESMTP MeSign Sandbox, for development only");
            for (var more = true; more;)
                more = await _wire.ReadLineAsync(cancellationToken) is { } line && await HandleAsync(line, cancellationToken);
            await _wire.FlushAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            await _wire.SayLastAsync("500 5.5.6 line too long");
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
            case "BDAT" when sink.Options.Chunking:
                return await ChunkAsync(argument, cancellationToken);
            case "RSET":
                Reset();
                Reply("250 2.0.0 reset");
                return true;
            case "NOOP" or "VRFY":
                Reply(verb is "NOOP" ? "250 2.0.0 nothing done" : "252 2.5.0 send and see");
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

        foreach (var line in SmtpExtensions.Lines(sink.Options, startTls: sink.TlsOptions is not null && !_wire.Tls, login: _wire.Tls))
            Reply(line);
    }

    private async Task<bool> UpgradeAsync(CancellationToken cancellationToken)
    {
        if (sink.TlsOptions is null || _wire.Tls)
        {
            Reply("502 5.5.1 no STARTTLS here");
            return true;
        }

        // RFC 3207 §5: commands smuggled in behind STARTTLS must not be taken for encrypted ones.
        if (_wire.HasBytes)
        {
            Reply("501 5.5.4 nothing may follow STARTTLS");
            return false;
        }

        if (sink.FaultAt(SmtpStage.StartTls) is { } fault && await _wire.CommitAsync(fault, cancellationToken))
            return fault.Fault == SmtpFault.Reply;
        Reply("220 2.0.0 ready to start TLS");
        await _wire.FlushAsync(cancellationToken);
        await _wire.StartTlsAsync(sink.TlsOptions, cancellationToken);
        _greeted = false;
        Reset();
        return true;
    }

    private async Task<bool> AuthenticateAsync(string argument, CancellationToken cancellationToken)
    {
        if (sink.Options.User is null || !_wire.Tls || !_greeted || _authenticated)
        {
            Reply("503 5.5.1 no AUTH here and now");
            return true;
        }

        if (await FaultAsync(SmtpStage.Authenticate, [], cancellationToken))
            return true;
        _authenticated = await new SmtpLogin(_wire, sink.Options).CheckAsync(argument, cancellationToken);
        return true;
    }

    private async Task MailAsync(string argument, CancellationToken cancellationToken)
    {
        if (!_greeted || _sender is not null)
            Reply("503 5.5.1 EHLO first, one MAIL at a time");
        else if (sink.TlsOptions is not null && sink.Options.RequireTls && !_wire.Tls)
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
            _pipelined = _wire.HasBytes;
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
            _recipients.Add(new SinkRecipient(recipient.Address, recipient.Parameters) { Pipelined = _pipelined });
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
        await _wire.FlushAsync(cancellationToken);
        await _wire.WaitForBytesAsync(cancellationToken);
        if (await FaultAsync(SmtpStage.Content, addresses, cancellationToken))
            return false;

        var content = await _wire.ReadContentAsync(cancellationToken);
        if (content is null)
            return false;

        await EndAsync(content, chunked: false, cancellationToken);
        return true;
    }

    /// <summary>BDAT (RFC 3030 §2): the content comes without waiting, so that every answer comes after it.</summary>
    private async Task<bool> ChunkAsync(string argument, CancellationToken cancellationToken)
    {
        var words = argument.Split(' ');
        if (!int.TryParse(words[0], CultureInfo.InvariantCulture, out var size) || size < 0 || size > sink.Options.MaxMessageBytes)
            return false;

        var addresses = _recipients.ConvertAll(recipient => recipient.Address);
        if (!await _wire.ReadChunkAsync(_chunks, size, () => FaultAsync(SmtpStage.Content, addresses, cancellationToken), cancellationToken))
            return false;
        if (_sender is null || _recipients.Count == 0)
            Reply("503 5.5.1 MAIL and RCPT first");
        else if (await FaultAsync(SmtpStage.Data, addresses, cancellationToken))
            Reset();
        else if (!words[^1].Equals("LAST", StringComparison.OrdinalIgnoreCase))
            Reply("250 2.0.0 chunk taken");
        else
            await EndAsync(new MessageContent(_chunks.ToArray(), Refusal: null), chunked: true, cancellationToken);
        return true;
    }

    private async Task EndAsync(MessageContent content, bool chunked, CancellationToken cancellationToken)
    {
        await new SmtpEnding(sink, _wire).AnswerAsync(_sender!, [.. _recipients], content, chunked, cancellationToken);
        Reset();
    }

    private async Task<bool> FaultAsync(SmtpStage stage, IEnumerable<string> recipients, CancellationToken cancellationToken) =>
        sink.FaultAt(stage, recipients) is { } fault && await _wire.CommitAsync(fault, cancellationToken);

    private void Reply(string line) => _wire.Reply(line);

    private void Reset()
    {
        _sender = null;
        _recipients.Clear();
        _chunks.SetLength(0);
    }
}
