namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>What follows the end of a message: it is stored, and answered or not.</summary>
internal sealed class SmtpEnding(SmtpSink sink, SmtpWire wire)
{
    public async Task AnswerAsync(SmtpPath sender, IReadOnlyList<SinkRecipient> recipients, MessageContent content, bool chunked, CancellationToken cancellationToken)
    {
        var fault = sink.FaultAt(SmtpStage.FinalDot, recipients.Select(recipient => recipient.Address));
        if (content.Refusal is null && fault is not { Fault: SmtpFault.Reply } and not { Fault: SmtpFault.Drop, KeepsMessage: false })
        {
            await sink.StoreAsync(content.Bytes, recipients[0].Address, (number, path) => new SinkMessage
            {
                Number = number,
                Path = path,
                Bytes = content.Bytes.Length,
                Sender = sender.Address,
                SenderParameters = sender.Parameters,
                Recipients = recipients,
                Tls = wire.Tls,
                ClientCertificate = wire.ClientCertificate,
                Chunked = chunked,
                Acknowledged = fault?.Fault != SmtpFault.Drop,
            });
        }

        if (fault is null || !await wire.CommitAsync(fault, cancellationToken))
            wire.Reply(content.Refusal ?? "250 2.0.0 message taken");
    }
}
