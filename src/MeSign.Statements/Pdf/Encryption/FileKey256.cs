using System.Security.Cryptography;

namespace MeSign.Statements.Pdf.Encryption;

/// <summary>The file encryption key out of a password, revisions 5 and 6 (ISO 32000-2 §7.6.4.3.3, algorithms 2.A and 2.B).</summary>
internal static class FileKey256
{
    private const int MaxPasswordBytes = 127;
    private const int LeastRounds = 64;

    /// <returns>The key; null where the password is neither the user's nor the owner's.</returns>
    public static byte[]? Find(EncryptionDictionary encryption, string password)
    {
        foreach (var form in PasswordForms.New(password))
        {
            if (Find(encryption, form.AsSpan(0, Math.Min(MaxPasswordBytes, form.Length))) is { } key)
                return key;
        }

        return null;
    }

    private static byte[]? Find(EncryptionDictionary encryption, ReadOnlySpan<byte> secret)
    {
        var user = encryption.User.Span;
        var owner = encryption.Owner.Span;
        if (Hash(encryption, secret, owner.Slice(32, 8), user).AsSpan().SequenceEqual(owner[..32]))
            return Unwrap(Hash(encryption, secret, owner.Slice(40, 8), user), encryption.OwnerKey.Span);
        if (Hash(encryption, secret, user.Slice(32, 8), []).AsSpan().SequenceEqual(user[..32]))
            return Unwrap(Hash(encryption, secret, user.Slice(40, 8), []), encryption.UserKey.Span);
        return null;
    }

    private static byte[] Unwrap(byte[] key, ReadOnlySpan<byte> wrapped)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.DecryptCbc(wrapped, stackalloc byte[16], PaddingMode.None);
    }

    private static byte[] Hash(EncryptionDictionary encryption, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> user)
    {
        var key = SHA256.HashData([.. password, .. salt, .. user]);
        if (encryption.Revision == 5)
            return key;

        for (var round = 0; ; round++)
        {
            var block = new byte[(password.Length + key.Length + user.Length) * 64];
            Fill(block, [.. password, .. key, .. user]);
            using var aes = Aes.Create();
            aes.Key = key[..16];
            var mixed = aes.EncryptCbc(block, key.AsSpan(16, 16), PaddingMode.None);
            // The first 16 bytes as a number, modulo 3: 256 is 1 modulo 3, so their sum does.
            key = (mixed.AsSpan(0, 16).ToArray().Sum(part => part) % 3) switch
            {
                0 => SHA256.HashData(mixed),
                1 => SHA384.HashData(mixed),
                _ => SHA512.HashData(mixed),
            };
            if (round >= LeastRounds - 1 && mixed[^1] <= round + 1 - 32)
                return key[..32];
        }
    }

    private static void Fill(Span<byte> block, ReadOnlySpan<byte> part)
    {
        for (; block.Length > 0; block = block[part.Length..])
            part.CopyTo(block);
    }
}
