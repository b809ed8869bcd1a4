using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using MeSign.Statements.Delivery.Bounces;

namespace MeSign.Statements.Cli.Bounces;

/// <summary>
/// The messages of a file: one, or those of an mbox (RFC 4155, appendix A) one by one, each as far as the bounce reader reads; gzip (RFC 1952)
/// is undone on the way. What is called <c>.eml</c> is one message, even where the copy that it returns begins as an mbox does.
/// </summary>
internal static partial class MessageFile
{
    private const int LongestEnvelope = 512;
    private const int Buffer = 128 << 10;

    private static readonly string[] OneMessage = [".eml", ".msg", ".txt"];

    public static IEnumerable<ReadOnlyMemory<byte>> Read(string path)
    {
        using var file = Open(path, out var isGzip);
        var message = new MemoryStream();
        var line = new MemoryStream();
        var mayBeMbox = !OneMessage.Contains(Path.GetExtension(isGzip ? Path.GetFileNameWithoutExtension(path) : path), StringComparer.OrdinalIgnoreCase);
        var (isMbox, first, afterEmpty) = (false, true, true);
        while (ReadLine(file, line))
        {
            var text = line.GetBuffer().AsMemory(0, (int)line.Length);
            if (afterEmpty && (first ? mayBeMbox : isMbox) && IsEnvelope(text.Span))
            {
                isMbox = true;
                if (!first)
                    yield return message.ToArray();
                message.SetLength(0);
            }

            (first, afterEmpty) = (false, text.Span is [(byte)'\n'] or [(byte)'\r', (byte)'\n']);
            message.Write(text.Span[..(int)Math.Min(text.Length, BounceReader.MaxBytes - message.Length)]);
            if (!isMbox && message.Length == BounceReader.MaxBytes)
                break;
        }

        yield return message.ToArray();
    }

    private static BufferedStream Open(string path, out bool isGzip)
    {
        var file = new BufferedStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Buffer);
        isGzip = file.CanSeek && file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        if (file.CanSeek)
            file.Position = 0;
        return isGzip ? new BufferedStream(new GZipStream(file, CompressionMode.Decompress), Buffer) : file;
    }

    /// <summary>Reads to the end of a line, or as much as the reader takes of a longer one.</summary>
    private static bool ReadLine(BufferedStream file, MemoryStream line)
    {
        line.SetLength(0);
        int next;
        while (line.Length < BounceReader.MaxBytes && (next = file.ReadByte()) >= 0)
        {
            line.WriteByte((byte)next);
            if (next == '\n')
                break;
        }

        return line.Length > 0;
    }

    private static bool IsEnvelope(ReadOnlySpan<byte> line) =>
        line.StartsWith("From "u8) && line.Length < LongestEnvelope && Envelope().IsMatch(Encoding.Latin1.GetString(line));

    // A sentence may begin with "From" as well; an envelope has a sender and a time.
    [GeneratedRegex(@"^From \S+\s+.*\d:\d\d.*\d{4}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Envelope();
}
