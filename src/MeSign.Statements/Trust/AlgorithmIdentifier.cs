using System.Formats.Asn1;

namespace MeSign.Statements.Trust;

/// <summary>RFC 5280 §4.1.1.2.</summary>
/// <param name="Parameters">The encoded parameters; null where they are absent.</param>
internal readonly record struct AlgorithmIdentifier(string Oid, ReadOnlyMemory<byte>? Parameters)
{
    /// <exception cref="AsnContentException">The next value is not an AlgorithmIdentifier.</exception>
    public static AlgorithmIdentifier Read(AsnReader reader, Asn1Tag? tag = null)
    {
        var sequence = reader.ReadSequence(tag);
        var oid = sequence.ReadObjectIdentifier();
        ReadOnlyMemory<byte>? parameters = sequence.HasData ? sequence.ReadEncodedValue() : null;
        sequence.ThrowIfNotEmpty();
        return new(oid, parameters);
    }
}
