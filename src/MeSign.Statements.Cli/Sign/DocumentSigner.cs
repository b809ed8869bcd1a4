using System.Globalization;
using System.Security.Cryptography;
using MeSign.Statements.Pdf;

namespace MeSign.Statements.Cli.Sign;

/// <param name="Result"><c>signed</c>, <c>refused</c> (it will never work) or <c>delayed</c> (try again later).</param>
/// <param name="Code">Why it was refused, where the document is the reason.</param>
/// <param name="SignedAt">The timestamp's time; for B-B the clock's.</param>
/// <param name="Repaired">What was damaged, where the document was repaired first.</param>
/// <param name="Bytes">Length of the signed document.</param>
internal sealed record SignResult(
    string File,
    string Output,
    string Result,
    FailureCode? Code,
    string? Problem,
    DateTimeOffset? SignedAt,
    string? Field,
    bool? Certified,
    string? Repaired,
    long? Bytes,
    long Milliseconds);

/// <summary>Signs files to files. An output appears whole or not at all: it is written beside its place and moved there.</summary>
/// <param name="waits">Whether busy timestamp servers are waited for: a folder is not to end half signed for a moment in which they were asked too much.</param>
internal sealed class DocumentSigner(PdfSigner signer, PdfSignatureRequest request, bool overwrite, bool waits, TimeProvider time)
{
    private const int BufferBytes = 128 * 1024;
    private const int MostTries = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How long no document may have been signed until the rest are given up on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Before the first, the start.
    private long _lastSigned = time.GetTimestamp();

    /// <summary>Safe for several documents at once.</summary>
    public async Task<SignResult> SignAsync(SignPaths paths, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryAsync(paths, begin, cancellationToken);
            }
            catch (StatementDelayedException delayed)
            {
                var wait = delayed.RetryAfter ?? Pause;
                if (tries == MostTries || !IsWorthWaiting(wait))
                {
                    var again = delayed.RetryAfter is { } after ? string.Create(CultureInfo.InvariantCulture, $" Try again in {Math.Ceiling(after.TotalSeconds)} s.") : "";
                    return Failed(paths, "delayed", null, delayed.Message + again, begin);
                }

                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    private bool IsWorthWaiting(TimeSpan wait) => waits && time.GetElapsedTime(Volatile.Read(ref _lastSigned)) + wait <= Patience;

    private async Task<SignResult> TryAsync(SignPaths paths, long begin, CancellationToken cancellationToken)
    {
        try
        {
            var signed = await WriteAsync(paths, cancellationToken);
            Volatile.Write(ref _lastSigned, time.GetTimestamp());
            return new(paths.Input, paths.Output, "signed", null, null, signed.SignedAt, signed.FieldName, signed.Certified, signed.Repaired, signed.Bytes, Since(begin));
        }
        catch (StatementFailedException exception)
        {
            return Failed(paths, "refused", exception.Code, exception.Detail, begin);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(paths, "refused", null, exception.Message, begin);
        }
    }

    private async Task<PdfSignatureResult> WriteAsync(SignPaths paths, CancellationToken cancellationToken)
    {
        await using var input = new FileStream(paths.Input, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true);
        CheckOutput(paths, input);
        var folder = Path.GetDirectoryName(Path.GetFullPath(paths.Output))!;
        var unfinished = Path.Combine(folder, $".{Path.GetFileName(paths.Output)}.{RandomNumberGenerator.GetHexString(8)}.unfinished");
        var output = Create(unfinished, paths.Output);
        try
        {
            PdfSignatureResult signed;
            await using (output)
                signed = await signer.SignAsync(input, output, request, cancellationToken);
            File.Move(unfinished, paths.Output, overwrite);
            return signed;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static FileStream Create(string unfinished, string output)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(unfinished)!);
            return new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, useAsync: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{output} cannot be written: name another output, or a folder that this process may write to.", exception);
        }
    }

    private void CheckOutput(SignPaths paths, FileStream input)
    {
        if (!File.Exists(paths.Output))
            return;
        if (!overwrite)
            throw new IOException($"{paths.Output} exists: name another output, or give --overwrite.");

        // By way of a link the output may be the input under another name. A signed document is never equal to its original.
        if (new FileInfo(paths.Output).Length == input.Length && Hash(paths.Output).AsSpan().SequenceEqual(Hash(paths.Input)))
            throw new IOException($"{paths.Output} is the input: name another output.");
    }

    private static byte[] Hash(string path)
    {
        using var file = File.OpenRead(path);
        return SHA256.HashData(file);
    }

    private SignResult Failed(SignPaths paths, string result, FailureCode? code, string problem, long begin) =>
        new(paths.Input, paths.Output, result, code, problem, null, null, null, null, null, Since(begin));

    private long Since(long begin) => (long)time.GetElapsedTime(begin).TotalMilliseconds;
}
