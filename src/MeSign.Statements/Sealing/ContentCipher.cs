using System.Buffers;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Sealing;

/// <summary>Content encryption of a row of pieces; each piece that comes out is good until the next is asked for.</summary>
internal static class ContentCipher
{
    private const int ChunkBytes = 16 * 1024;

    // The runtime's GCM wants the content whole; a larger one is not to be in memory.
    private const int MaxWhole = 1 << 20;

    /// <summary>AES-CBC with the padding of RFC 5652 §6.3.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Cbc(byte[] key, byte[] vector, IEnumerable<ReadOnlyMemory<byte>> plain)
    {
        using var aes = Aes.Create();
        using var encryptor = aes.CreateEncryptor(key, vector);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        var filled = 0;
        foreach (var piece in plain)
        {
            for (var rest = piece; !rest.IsEmpty;)
            {
                var take = Math.Min(ChunkBytes - filled, rest.Length);
                rest.Span[..take].CopyTo(chunk.AsSpan(filled));
                rest = rest[take..];
                filled += take;
                if (filled < ChunkBytes)
                    continue;
                encryptor.TransformBlock(chunk, 0, filled, chunk, 0);
                yield return chunk.AsMemory(0, filled);
                filled = 0;
            }
        }
        yield return encryptor.TransformFinalBlock(chunk, 0, filled);
        ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
    }

    /// <summary>AES-GCM without additional data.</summary>
    /// <param name="length">Bytes of the content.</param>
    /// <param name="tag">Has the authentication tag after the last piece.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Gcm(byte[] key, byte[] nonce, IEnumerable<ReadOnlyMemory<byte>> plain, long length, byte[] tag) =>
        length <= MaxWhole ? GcmWhole(key, nonce, plain, (int)length, tag) : GcmInPieces(key, nonce, plain, tag);

    private static IEnumerable<ReadOnlyMemory<byte>> GcmWhole(byte[] key, byte[] nonce, IEnumerable<ReadOnlyMemory<byte>> plain, int length, byte[] tag)
    {
        var whole = ArrayPool<byte>.Shared.Rent(length);
        var filled = 0;
        foreach (var piece in plain)
        {
            piece.Span.CopyTo(whole.AsSpan(filled, length - filled));
            filled += piece.Length;
        }
        using (var gcm = new AesGcm(key, tag.Length))
            gcm.Encrypt(nonce, whole.AsSpan(0, length), whole.AsSpan(0, length), tag);
        yield return whole.AsMemory(0, length);
        ArrayPool<byte>.Shared.Return(whole);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> GcmInPieces(byte[] key, byte[] nonce, IEnumerable<ReadOnlyMemory<byte>> plain, byte[] tag)
    {
        var gcm = new GcmBlockCipher(Org.BouncyCastle.Crypto.AesUtilities.CreateEngine());
        gcm.Init(forEncryption: true, new AeadParameters(new KeyParameter(key), tag.Length * 8, nonce));
        var output = new byte[ChunkBytes];
        foreach (var piece in plain)
        {
            for (var rest = piece; !rest.IsEmpty;)
            {
                var take = Math.Min(rest.Length, ChunkBytes - 2 * tag.Length);
                var written = gcm.ProcessBytes(rest.Span[..take], output);
                rest = rest[take..];
                if (written > 0)
                    yield return output.AsMemory(0, written);
            }
        }
        var last = gcm.DoFinal(output, 0) - tag.Length;
        output.AsSpan(last, tag.Length).CopyTo(tag);
        yield return output.AsMemory(0, last);
    }
}
