namespace MeSign.Statements.Sandbox;

/// <summary>The sandbox cannot start or go on; the message tells the developer what is missing and how to get it.</summary>
internal sealed class SandboxException(string message, Exception? innerException = null) : Exception(message, innerException);
