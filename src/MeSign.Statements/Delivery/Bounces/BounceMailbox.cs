using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// The mailbox that the return path leads to. A message leaves its folder only when its effect is on record; dead before
/// that, it is read again and changes nothing more.
/// </summary>
internal sealed class BounceMailbox(IOptions<ImapOptions> options, MailLogin login, TimeProvider time)
{
    /// <summary>RFC 2177: servers may log a silent client off after 30 minutes.</summary>
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(25);

    private readonly ImapOptions _imap = options.Value;
    private UniqueId? _next;

    private bool IsConfigured => !string.IsNullOrEmpty(_imap.Host);

    /// <summary>Hands over every message of the folder.</summary>
    /// <param name="record">Makes the message's effect.</param>
    /// <exception cref="StatementDelayedException">The mailbox cannot be read now.</exception>
    public async Task CollectAsync(Func<ReadOnlyMemory<byte>, CancellationToken, Task<BounceEffect>> record, CancellationToken cancellationToken)
    {
        if (IsConfigured)
            await UseAsync((client, folder) => CollectAsync(client, folder, record, cancellationToken), cancellationToken);
    }

    /// <summary>Waits until there may be new messages (IMAP IDLE), or for the given time where the server or nobody tells.</summary>
    /// <exception cref="StatementDelayedException">The mailbox cannot be watched now.</exception>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => IsConfigured
        ? UseAsync((client, folder) => WaitAsync(client, folder, atMost, cancellationToken), cancellationToken)
        : Task.Delay(atMost, time, cancellationToken);

    private async Task CollectAsync(
        BounceMailboxClient client, IMailFolder folder, Func<ReadOnlyMemory<byte>, CancellationToken, Task<BounceEffect>> record, CancellationToken cancellationToken)
    {
        _next = folder.UidNext;
        foreach (var message in await folder.SearchAsync(SearchQuery.NotDeleted, cancellationToken))
        {
            try
            {
                await SettleAsync(client, folder, message, await record(await ReadAsync(folder, message, cancellationToken), cancellationToken), cancellationToken);
            }
            catch (MessageNotFoundException)
            {
                // Another host was faster.
            }
        }
    }

    private async Task WaitAsync(BounceMailboxClient client, IMailFolder folder, TimeSpan atMost, CancellationToken cancellationToken)
    {
        // Something came between the last round and now: nobody would announce it again.
        if (folder.UidNext != _next)
            return;

        if (!client.Capabilities.HasFlag(ImapCapabilities.Idle))
        {
            await Task.Delay(atMost, time, cancellationToken);
            return;
        }

        using var news = new CancellationTokenSource(atMost < LongestIdle ? atMost : LongestIdle, time);
        folder.CountChanged += (_, _) => news.Cancel();
        await client.IdleAsync(news.Token, cancellationToken);
    }

    private async Task UseAsync(Func<BounceMailboxClient, IMailFolder, Task> use, CancellationToken cancellationToken)
    {
        string failure;
        try
        {
            using var client = new BounceMailboxClient(TrustedRoots.Load(_imap.TrustedRoots), _imap.Timeout);
            await use(client, await OpenAsync(client, cancellationToken));
            await client.DisconnectAsync(quit: true, cancellationToken);
            return;
        }
        catch (Exception trouble) when (SubmissionAttempt.IsExpected(trouble) && !cancellationToken.IsCancellationRequested)
        {
            // Its type only: what a server says may quote an address.
            failure = trouble.GetType().Name;
        }

        throw new StatementDelayedException($"the bounce mailbox cannot be read: {failure} (see {ImapOptions.Section})");
    }

    private async Task<IMailFolder> OpenAsync(BounceMailboxClient client, CancellationToken cancellationToken)
    {
        await client.ConnectAsync(_imap.Host, _imap.EffectivePort, MailTls.Security(_imap.Tls), cancellationToken);
        await login.AuthenticateAsync(client, _imap.User!, _imap.PasswordFile, _imap.TokenScope, cancellationToken);
        var folder = await client.GetFolderAsync(_imap.Folder, cancellationToken);
        await folder.OpenAsync(FolderAccess.ReadWrite, cancellationToken);
        return folder;
    }

    // BODY.PEEK with a bound: however large a message is, what it has to say stands at its beginning.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(IMailFolder folder, UniqueId message, CancellationToken cancellationToken)
    {
        await using var stream = await folder.GetStreamAsync(message, 0, BounceReader.MaxBytes, cancellationToken);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, cancellationToken);
        return memory.GetBuffer().AsMemory(0, (int)memory.Length);
    }

    private async Task SettleAsync(BounceMailboxClient client, IMailFolder folder, UniqueId message, BounceEffect effect, CancellationToken cancellationToken)
    {
        if (effect == BounceEffect.TooEarly)
            return;

        if ((effect.IsAside() ? _imap.AsideFolder : _imap.RecordedFolder) is { Length: > 0 } to)
        {
            await folder.MoveToAsync(message, await FolderAsync(client, to, cancellationToken), cancellationToken);
            return;
        }

        await folder.AddFlagsAsync(message, MessageFlags.Deleted, silent: true, cancellationToken);
        if (client.Capabilities.HasFlag(ImapCapabilities.UidPlus))
            await folder.ExpungeAsync([message], cancellationToken);
    }

    private static async Task<IMailFolder> FolderAsync(BounceMailboxClient client, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetFolderAsync(name, cancellationToken);
        }
        catch (FolderNotFoundException missing)
        {
            var top = client.GetFolder(client.PersonalNamespaces[0]);
            return await top.CreateAsync(name, isMessageFolder: true, cancellationToken)
                ?? throw new IOException("the mailbox's server made no folder", missing);
        }
    }
}
