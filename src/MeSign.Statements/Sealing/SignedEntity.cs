using System.Security.Cryptography;
using System.Text;

namespace MeSign.Statements.Sealing;

/// <summary>A payload with its signature as a MIME entity (RFC 8551 §3.5), which knows its size before it is made.</summary>
internal sealed class SignedEntity
{
    private const string OpaqueFields =
        "Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\tname=smime.p7m\r\n" +
        "Content-Transfer-Encoding: base64\r\n" +
        "Content-Disposition: attachment; filename=smime.p7m\r\n";

    private SignedEntity(string fields, long bodyLength, IEnumerable<ReadOnlyMemory<byte>> body)
    {
        Fields = fields;
        Body = body;
        BodyLength = bodyLength;
    }

    /// <summary>Its own header fields, ASCII, each with its line end.</summary>
    public string Fields { get; }

    /// <summary>What follows the empty line after the fields; each piece is good until the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Body { get; }

    /// <summary>Bytes of the body.</summary>
    public long BodyLength { get; }

    /// <summary>Bytes of the whole.</summary>
    public long Length => Fields.Length + 2 + BodyLength;

    /// <param name="signature">Detached SignedData in DER.</param>
    public static SignedEntity Build(MimePayload payload, ReadOnlyMemory<byte> signature, SignatureForm form, HashAlgorithmName hash) =>
        form == SignatureForm.Opaque ? Opaque(payload, signature) : Clear(payload, signature, hash);

    /// <summary>Fields, empty line and body.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Read() => Body.Prepend(Encoding.ASCII.GetBytes($"{Fields}\r\n"));

    private static SignedEntity Opaque(MimePayload payload, ReadOnlyMemory<byte> signature)
    {
        var shell = OpaqueSignature.Around(signature, payload.Length);
        return new(OpaqueFields, Base64Lines.EncodedLength(shell.Length), Base64Lines.Encode(payload.Read().Prepend(shell.Before).Append(shell.After)));
    }

    private static SignedEntity Clear(MimePayload payload, ReadOnlyMemory<byte> signature, HashAlgorithmName hash)
    {
        var boundary = MimePayload.Boundary();
        var before = Encoding.ASCII.GetBytes($"--{boundary}\r\n");
        var between = Encoding.ASCII.GetBytes(
            $"\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n" +
            "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\r\n");
        var after = Encoding.ASCII.GetBytes($"--{boundary}--\r\n");
        return new(
            $"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\tmicalg={MicAlgorithm(hash)};\r\n\tboundary=\"{boundary}\"\r\n",
            before.Length + payload.Length + between.Length + Base64Lines.EncodedLength(signature.Length) + after.Length,
            payload.Read().Prepend(before).Append(between).Concat(Base64Lines.Encode([signature])).Append(after));
    }

    // RFC 8551 §3.5.3.2.
    private static string MicAlgorithm(HashAlgorithmName hash) =>
        hash == HashAlgorithmName.SHA512 ? "sha-512" : hash == HashAlgorithmName.SHA384 ? "sha-384" : "sha-256";
}
