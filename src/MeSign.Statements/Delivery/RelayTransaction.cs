using MailKit.Net.Smtp;
using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>One message over one of a relay's connections, from MAIL FROM to the answer to its end.</summary>
internal static class RelayTransaction
{
    /// <exception cref="Exception">What <paramref name="leaving"/> threw: the relay was told nothing more.</exception>
    public static async Task<Submission> RunAsync(RelayPool pool, SubmissionAttempt attempt, Envelope envelope, ReadOnlyMemory<byte> eml, Func<Task> leaving)
    {
        try
        {
            // A kept connection may die at the moment it is used. Nothing of the message has left then, so that one fresh
            // connection is the same attempt, not another.
            if (await pool.ReuseAsync(envelope.NeedsSmtpUtf8) is { } kept)
            {
                var submission = await SendAsync(pool, kept, attempt, envelope, eml, leaving);
                if (submission is not Submission.Deferred { Reason: DeferralReason.RelayUnavailable } || attempt.IsOver || attempt.ContentLeft)
                    return submission;
            }

            attempt.Reset();
            return await SendAsync(pool, await pool.ConnectAsync(attempt.Token), attempt, envelope, eml, leaving);
        }
        catch (Exception exception) when (!attempt.IsNotAnnounced && SubmissionAttempt.IsExpected(exception))
        {
            return attempt.Explain(exception);
        }
    }

    private static async Task<Submission> SendAsync(
        RelayPool pool, RelayClient client, SubmissionAttempt attempt, Envelope envelope, ReadOnlyMemory<byte> eml, Func<Task> leaving)
    {
        var between = false;
        try
        {
            client.Messages++;
            attempt.Begin(new StoredMessage(eml, client, leaving));
            var submission = await TransactAsync(client, attempt, envelope);
            between = true;
            return submission;
        }
        catch (Exception exception) when (SubmissionAttempt.IsExpected(exception))
        {
            await attempt.Message.Content.Announcement;

            // After a refusal MailKit resets the transaction. Where it was cut short in that, an answer is still on its way,
            // and would be read as the answer to the next message.
            between = exception is SmtpCommandException && !attempt.IsOver;
            return attempt.Explain(exception);
        }
        finally
        {
            if (between)
                await pool.KeepAsync(client);
            else
                client.Dispose();
        }
    }

    private static async Task<Submission> TransactAsync(RelayClient client, SubmissionAttempt attempt, Envelope envelope)
    {
        if (envelope.NeedsSmtpUtf8 && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
            return new Submission.Failed(FailureCode.RecipientRefused, $"relay {attempt.Relay} does not offer SMTPUTF8, which the address needs (RFC 6531)");
        if (client.RequireTLS && !client.Capabilities.HasFlag(SmtpCapabilities.RequireTLS))
            return new Submission.Deferred(DeferralReason.RelayTls, $"relay {attempt.Relay} does not offer REQUIRETLS (RFC 8689), which MeSign:Relays:{attempt.Relay}:RequireTls asks for");
        if (client.Capabilities.HasFlag(SmtpCapabilities.Size) && client.MaxSize > 0 && attempt.Message.Length > client.MaxSize)
            return new Submission.Failed(FailureCode.MessageTooLarge, $"the message has {attempt.Message.Length} bytes, relay {attempt.Relay} takes {client.MaxSize}");

        var (sender, recipient) = (new MailboxAddress("", envelope.ReturnPath), new MailboxAddress("", envelope.Recipient));
        // MimeKit reads A-labels as U-labels, and MailKit writes those where the relay offers SMTPUTF8, which asks the same of
        // every relay after it. Where local parts are ASCII that is for nothing (RFC 6531 §3.2).
        if (!envelope.NeedsSmtpUtf8 && (sender.IsInternational || recipient.IsInternational))
            client.GiveUpSmtpUtf8();

        client.EnvelopeId = envelope.Id;
        var format = FormatOptions.Default.Clone();
        format.International = envelope.NeedsSmtpUtf8;
        // What MimeKit adds by itself: the message has its own, in the one field that stands for its header section.
        format.HiddenHeaders.Add(HeaderId.ContentTransferEncoding);
        format.HiddenHeaders.Add(HeaderId.MimeVersion);
        var text = await client.SendAsync(format, attempt.Message, sender, [recipient], attempt.Token);
        return ReplyClassifier.Classify(SmtpPhase.End, RelayReply.Of(250, text), attempt.Relay);
    }
}
