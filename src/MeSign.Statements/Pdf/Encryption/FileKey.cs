using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace MeSign.Statements.Pdf.Encryption;

/// <summary>The file encryption key out of a password, revisions 2 to 4 (ISO 32000-2 §7.6.4.3 and §7.6.4.4, algorithms 2 and 4 to 7).</summary>
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "MD5 is what the format derives its keys by.")]
internal static class FileKey
{
    private const int Rounds = 50;

    private static ReadOnlySpan<byte> Padding =>
    [
        0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08,
        0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
    ];

    /// <param name="id">The first string of the trailer's <c>/ID</c>; empty where there is none.</param>
    /// <returns>The key; null where the password is neither the user's nor the owner's.</returns>
    public static byte[]? Find(EncryptionDictionary encryption, ReadOnlySpan<byte> id, string password)
    {
        foreach (var form in PasswordForms.Old(password))
        {
            var padded = Pad(form);
            foreach (var length in encryption.KeyLengths)
            {
                if (OfUser(encryption, id, padded, length) is { } key)
                    return key;
                if (OfUser(encryption, id, UserOfOwner(encryption, padded, length), length) is { } owned)
                    return owned;
            }
        }

        return null;
    }

    // Algorithms 4 to 6.
    private static byte[]? OfUser(EncryptionDictionary encryption, ReadOnlySpan<byte> id, ReadOnlySpan<byte> padded, int length)
    {
        var key = Derive(encryption, id, padded, length);
        if (encryption.Revision == 2)
            return Rc4.Apply(key, Padding).AsSpan().SequenceEqual(encryption.User.Span) ? key : null;

        var check = Rc4.Apply(key, MD5.HashData([.. Padding, .. id]));
        for (var round = 1; round < 20; round++)
            check = Rc4.Apply(Xor(key, round), check);
        return check.AsSpan().SequenceEqual(encryption.User.Span[..16]) ? key : null;
    }

    // Algorithm 2.
    private static byte[] Derive(EncryptionDictionary encryption, ReadOnlySpan<byte> id, ReadOnlySpan<byte> padded, int length)
    {
        Span<byte> permissions = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(permissions, encryption.Permissions);
        ReadOnlySpan<byte> clearMetadata = encryption.Revision >= 4 && !encryption.EncryptsMetadata ? [255, 255, 255, 255] : [];
        var hash = MD5.HashData([.. padded, .. encryption.Owner.Span, .. permissions, .. id, .. clearMetadata]);
        return Strengthen(hash, encryption.Revision, length);
    }

    // Algorithm 7: what the owner's password unlocks is the user's.
    private static byte[] UserOfOwner(EncryptionDictionary encryption, ReadOnlySpan<byte> padded, int length)
    {
        var key = Strengthen(MD5.HashData(padded), encryption.Revision, length);
        var user = encryption.Owner.ToArray();
        for (var round = encryption.Revision == 2 ? 0 : 19; round >= 0; round--)
            user = Rc4.Apply(Xor(key, round), user);
        return user;
    }

    private static byte[] Strengthen(byte[] hash, int revision, int length)
    {
        for (var round = 0; revision >= 3 && round < Rounds; round++)
            hash = MD5.HashData(hash.AsSpan(0, length));
        return hash[..length];
    }

    private static byte[] Xor(byte[] key, int round) => Array.ConvertAll(key, part => (byte)(part ^ round));

    private static byte[] Pad(ReadOnlySpan<byte> password)
    {
        password = password[..Math.Min(32, password.Length)];
        return [.. password, .. Padding[..(32 - password.Length)]];
    }
}
