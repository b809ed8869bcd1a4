using System.Text;
using MailKit;
using MailKit.Search;
using MeSign.Statements.Delivery;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Tests.Fixtures;
using MimeKit;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>The same reports in a folder of dovecot's, with deaths at each piece of the IMAP dialogue too.</summary>
/// <param name="number">Which of the scenes on one mailbox.</param>
/// <param name="portOf">Of a worker's line to dovecot.</param>
internal sealed class MailboxScene(MailServers servers, int number, Func<CrashSlot, int> portOf) : BounceScene
{
    private string Folder => $"scene-{number}";

    private string Aside => $"aside-{number}";

    public override async Task PrepareAsync(CrashStorage storage)
    {
        storage.Mailbox = slot => new ImapOptions
        {
            Host = "localhost",
            Port = portOf(slot),
            Tls = TlsMode.Implicit,
            TrustedRoots = [servers.Root],
            User = MailServers.ReturnPathUser,
            PasswordFile = servers.PasswordFile,
            Folder = Folder,
            AsideFolder = Aside,
        };
        using (var client = await servers.LogInAsync(MailServers.ReturnPathUser))
            await client.GetFolder(client.PersonalNamespaces[0]).CreateAsync(Folder, isMessageFolder: true, Cancellation);
        await base.PrepareAsync(storage);
    }

    protected override async Task DropAsync(CrashStorage storage, string name, string message)
    {
        using var client = await servers.LogInAsync(MailServers.ReturnPathUser);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(message));
        await (await client.GetFolderAsync(Folder, Cancellation)).AppendAsync(new AppendRequest(await MimeMessage.LoadAsync(stream, Cancellation)), Cancellation);
    }

    protected override async Task<int> LeftAsync(CrashStorage storage) => (await ReadAsync(Folder)).Count;

    protected override Task<IReadOnlyCollection<string>> AsideAsync(CrashStorage storage) => ReadAsync(Aside);

    private async Task<IReadOnlyCollection<string>> ReadAsync(string name)
    {
        using var client = await servers.LogInAsync(MailServers.ReturnPathUser);
        var folder = await client.GetFolderAsync(name, Cancellation);
        await folder.OpenAsync(FolderAccess.ReadOnly, Cancellation);
        var texts = new List<string>();
        foreach (var message in await folder.SearchAsync(SearchQuery.NotDeleted, Cancellation))
            texts.Add((await folder.GetMessageAsync(message, Cancellation)).TextBody ?? "");
        return texts;
    }
}
