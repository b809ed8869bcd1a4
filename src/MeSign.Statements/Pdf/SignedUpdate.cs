using System.Security.Cryptography;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>An incremental update that holds a signature over itself and all that is before it.</summary>
internal static class SignedUpdate
{
    private const int MoreTries = 2;

    /// <summary>
    /// Writes the update and signs it. The room is reckoned; a timestamp server that has never been asked may answer with more: then
    /// everything after the earlier bytes is made again, larger, and signed again.
    /// </summary>
    /// <param name="start">Where the update begins in the file.</param>
    /// <param name="endsWithLine">True where the byte before it ends a line.</param>
    /// <param name="earlier">Over everything before it; left as it is.</param>
    /// <param name="sign">From the digest to what goes into <c>/Contents</c>.</param>
    /// <exception cref="StatementDelayedException">It was larger than its room after that was made larger twice.</exception>
    public static async Task<ReadOnlyMemory<byte>> WriteAsync(
        IncrementalUpdate update,
        SignatureDictionary signature,
        long start,
        bool endsWithLine,
        IncrementalHash earlier,
        Func<ReadOnlyMemory<byte>, Task<ReadOnlyMemory<byte>>> sign)
    {
        for (var more = MoreTries; ; more--)
        {
            var writer = update.Write(endsWithLine);
            var (begin, end) = signature.Close(writer, start);
            using var hash = earlier.Clone();
            hash.AppendData(writer.Written.Span[..begin]);
            hash.AppendData(writer.Written.Span[end..]);
            var made = await sign(hash.GetHashAndReset());
            if (made.Length <= signature.Room)
            {
                signature.Insert(writer, made.Span);
                return writer.Written;
            }

            // The largest one so far is known now: when it is tried again, there is room for that.
            if (more == 0)
                throw new StatementDelayedException("The signature outgrew the room that was made for it three times: the timestamp server's tokens grow from answer to answer");
            signature.Reserve(made.Length + (made.Length / 4));
        }
    }
}
